namespace MoeGen;

/// <summary>What quantisation has done to a layer, as a table of its experts.</summary>
/// <param name="Format">How the weights are stored.</param>
/// <param name="GroupSize">Elements that share a scale; 0 where a whole row does.</param>
/// <param name="QuantizesActivations">Whether tokens and activated rows are quantised too.</param>
/// <param name="Tokens">Samples.</param>
/// <param name="OutputError">Relative L2 error of the layer's output over all samples.</param>
/// <param name="Experts">One line an expert.</param>
public sealed record QuantizationReport(
    WeightFormat Format, int GroupSize, bool QuantizesActivations, int Tokens, double OutputError, IReadOnlyList<ExpertReport> Experts)
{
    /// <summary>Runs the samples through both layers.</summary>
    /// <typeparam name="T">Element type of the layer.</typeparam>
    /// <param name="calibrator">The layer that is not quantised, and samples.</param>
    /// <param name="weights">The same layer, quantised.</param>
    /// <param name="quantizeActivations">Whether tokens and activated rows are quantised too.</param>
    /// <param name="smoothedFrom">What smoothing has made of the weights before; errors of weights are those of the smoothed ones.</param>
    /// <exception cref="ArgumentException">The weights are of another shape, or activations cannot be quantised beside them.</exception>
    public static QuantizationReport Create<T>(
        MoeCalibrator<T> calibrator, QuantizedMoeWeights<T> weights, bool quantizeActivations = false, SmoothedWeights<T>? smoothedFrom = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(calibrator);
        ArgumentNullException.ThrowIfNull(weights);
        ExpertOutputs outputs = ExpertOutputs.Of(calibrator, weights, quantizeActivations);
        SmoothingFactors factors = smoothedFrom?.Factors ?? SmoothingFactors.None with { Input = weights.InputFactors.ToArray() };
        var source = new WeightSmoothing<T>(calibrator.Weights, factors);
        return new QuantizationReport(
            weights.Format,
            weights.GroupSize,
            quantizeActivations,
            calibrator.NumTokens,
            outputs.WholeError,
            [.. Enumerable.Range(0, weights.Shape.NumExperts).Select(expert => new ExpertReport(
                expert,
                outputs.Rows(expert),
                outputs.Error(expert),
                WeightError<T>(weights.Fc1ExpertWeights[expert], source.Fc1(expert)),
                WeightError<T>(weights.Fc2ExpertWeights[expert], source.Fc2(expert)),
                ScaleHistogram.Of(weights.Fc1ExpertWeights[expert]),
                ScaleHistogram.Of(weights.Fc2ExpertWeights[expert])))]);
    }

    private static double WeightError<T>(QuantizedMatrix matrix, float[] source)
        where T : unmanaged
    {
        float[] weights = WeightQuantizer.Dequantize<T>(matrix);
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < source.Length; i++)
        {
            difference += (source[i] - (double)weights[i]) * (source[i] - (double)weights[i]);
            norm += (double)source[i] * source[i];
        }

        return difference == 0 ? 0 : Math.Sqrt(difference / norm);
    }
}
