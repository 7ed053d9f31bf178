namespace MoeGen;

/// <summary>Where times of variants come from.</summary>
internal interface IVariantTimer
{
    /// <summary>Median time of a call in microseconds.</summary>
    /// <param name="numTokens">T.</param>
    /// <param name="variant">Index of a variant that can run that many.</param>
    double Microseconds(int numTokens, int variant);
}
