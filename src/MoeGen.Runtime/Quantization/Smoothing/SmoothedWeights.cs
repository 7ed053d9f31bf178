namespace MoeGen;

/// <summary>What <see cref="MoeSmoother"/> found.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
public sealed class SmoothedWeights<T>
    where T : unmanaged
{
    internal SmoothedWeights(QuantizedMoeWeights<T> weights, SmoothingFactors factors, double? inputAlpha, double? activatedAlpha, double plainError, double error)
    {
        Weights = weights;
        Factors = factors;
        InputAlpha = inputAlpha;
        ActivatedAlpha = activatedAlpha;
        PlainError = plainError;
        Error = error;
    }

    /// <summary>The quantised weights.</summary>
    public QuantizedMoeWeights<T> Weights { get; }

    /// <summary>alpha of fc1's input; null: it is not smoothed.</summary>
    public double? InputAlpha { get; }

    /// <summary>alpha of fc2's input; null: it is not smoothed.</summary>
    public double? ActivatedAlpha { get; }

    /// <summary>Relative L2 error over the samples without smoothing.</summary>
    public double PlainError { get; }

    /// <summary>Relative L2 error over the samples; at most <see cref="PlainError"/>.</summary>
    public double Error { get; }

    internal SmoothingFactors Factors { get; }
}
