namespace MoeGen;

/// <summary>Where values are rounded to the layer's element type: once from the accumulator, to nearest, ties to even.</summary>
[Flags]
public enum RoundingPoints
{
    /// <summary>Nowhere.</summary>
    None = 0,

    /// <summary>The activated values between the two GEMMs, [T * K, I].</summary>
    Activation = 1,

    /// <summary>Each expert's output row before it is scaled, [T * K, H].</summary>
    ExpertOutput = 2,

    /// <summary>The layer's output, [T, H]. Inherent where the output is of the element type.</summary>
    Output = 4,
}
