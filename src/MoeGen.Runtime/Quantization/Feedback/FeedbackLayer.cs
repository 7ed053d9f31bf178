namespace MoeGen;

/// <summary>Quantises a calibrator's layer with error feedback, one matrix after the other.</summary>
internal sealed class FeedbackLayer<T>(MoeCalibrator<T> calibrator, QuantizationOptions options, int maxDegreeOfParallelism)
    where T : unmanaged
{
    private readonly int[] _rows = new int[calibrator.Weights.Shape.NumExperts];

    /// <summary>Called after each matrix: how many are done, and of how many.</summary>
    public Action<int, int>? Progress { get; init; }

    /// <summary>How many activated rows of each local expert fc2 was quantised by; fewer than <see cref="ColumnMoments.FewestRows"/> count as none.</summary>
    public IReadOnlyList<int> Rows => _rows;

    public QuantizedMoeWeights<T> Quantize()
    {
        MoeWeights<T> weights = calibrator.Weights;
        MoeShape shape = weights.Shape;
        FeedbackQuantizer<T> input = QuantizerOf(ActivationRows.OfInput(calibrator), shape.HiddenSize);
        var fc1 = new QuantizedMatrix[shape.NumExperts];
        for (int expert = 0; expert < fc1.Length; expert++)
        {
            fc1[expert] = Matrix(input, weights.Fc1ExpertWeights[expert].Span, shape.HiddenSize, $"fc1ExpertWeights of expert {expert}");
            Progress?.Invoke(expert + 1, 2 * fc1.Length);
        }

        List<float[]>[] activated = ActivationRows.OfExperts(calibrator);
        var fc2 = new QuantizedMatrix[shape.NumExperts];
        for (int expert = 0; expert < fc2.Length; expert++)
        {
            _rows[expert] = activated[expert].Count;
            FeedbackQuantizer<T> own = QuantizerOf(activated[expert], shape.IntermediateSize);
            activated[expert] = [];
            fc2[expert] = Matrix(own, weights.Fc2ExpertWeights[expert].Span, shape.IntermediateSize, $"fc2ExpertWeights of expert {expert}");
            Progress?.Invoke(fc1.Length + expert + 1, 2 * fc1.Length);
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
    }

    private FeedbackQuantizer<T> QuantizerOf(List<float[]> rows, int columns) =>
        new(options, FeedbackFactor.Of(ColumnMoments.Estimate(rows, columns, maxDegreeOfParallelism), maxDegreeOfParallelism));

    private QuantizedMatrix Matrix(FeedbackQuantizer<T> quantizer, ReadOnlySpan<T> values, int columns, string name) =>
        quantizer.Quantize(values, values.Length / columns, columns, maxDegreeOfParallelism, name);
}
