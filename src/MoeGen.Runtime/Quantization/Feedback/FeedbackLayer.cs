namespace MoeGen;

/// <summary>Quantises a calibrator's layer with error feedback, one expert after the other.</summary>
internal static class FeedbackLayer
{
    public static QuantizedMoeWeights<T> Quantize<T>(MoeCalibrator<T> calibrator, QuantizationOptions options, int maxDegreeOfParallelism)
        where T : unmanaged
    {
        MoeWeights<T> weights = calibrator.Weights;
        MoeShape shape = weights.Shape;
        var feedback = new FeedbackMatrices<T>(calibrator, options, maxDegreeOfParallelism);
        var fc1 = new QuantizedMatrix[shape.NumExperts];
        var fc2 = new QuantizedMatrix[shape.NumExperts];
        for (int expert = 0; expert < fc1.Length; expert++)
        {
            fc1[expert] = Matrix(feedback.Fc1, weights.Fc1ExpertWeights[expert].Span, shape.HiddenSize, $"fc1ExpertWeights of expert {expert}");
            fc2[expert] = Matrix(feedback.Fc2(expert), weights.Fc2ExpertWeights[expert].Span, shape.IntermediateSize, $"fc2ExpertWeights of expert {expert}");
        }

        return new QuantizedMoeWeights<T>(shape, weights.Fc1Layout, fc1, fc2)
        {
            Fc1ExpertBiases = weights.Fc1ExpertBiases,
            Fc2ExpertBiases = weights.Fc2ExpertBiases,
            SwigluAlpha = weights.SwigluAlpha,
            SwigluBeta = weights.SwigluBeta,
            SwigluLimit = weights.SwigluLimit,
            LocalExperts = weights.LocalExperts,
        };

        QuantizedMatrix Matrix(FeedbackQuantizer<T> quantizer, ReadOnlySpan<T> values, int columns, string name) =>
            quantizer.Quantize(values, values.Length / columns, columns, maxDegreeOfParallelism, name);
    }
}
