namespace MoeGen;

/// <summary>What quantised weights and the handling of activations must satisfy together.</summary>
internal static class QuantizationChecks
{
    /// <summary>Refuses activations quantised beside weights that are not 8-bit, and weights whose smoothing would be left undone.</summary>
    public static void Check<T>(ExpertWeights<T> weights, bool quantizeActivations)
        where T : unmanaged
    {
        var quantized = weights as QuantizedMoeWeights<T>;
        WeightFormat format = quantized?.Format ?? WeightFormat.SameAsDtype;
        if (quantizeActivations && format != WeightFormat.Int8PerChannel)
        {
            throw new ArgumentException(
                $"quantizeActivations is true, and the weights' format is {format}; activations are quantised with {nameof(WeightFormat.Int8PerChannel)} only.", nameof(quantizeActivations));
        }

        if (!quantizeActivations && quantized is { InputFactors.IsEmpty: false })
        {
            throw new ArgumentException(
                "weights have InputFactors, which only quantised activations take; quantizeActivations is false, where none are allowed.", nameof(weights));
        }
    }
}
