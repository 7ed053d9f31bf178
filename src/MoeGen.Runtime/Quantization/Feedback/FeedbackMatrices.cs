namespace MoeGen;

/// <summary>
/// What a calibrator's samples say of each matrix's error feedback: fc1 of every expert is multiplied with all tokens, fc2 with the activated rows of its
/// own expert. The layer is run over the samples once; their activated rows are kept, T x top k x I floats.
/// </summary>
internal sealed class FeedbackMatrices<T>
    where T : unmanaged
{
    private readonly QuantizationOptions _options;
    private readonly int _maxDegreeOfParallelism;
    private readonly int _intermediate;
    private readonly List<float[]>[] _activated;

    public FeedbackMatrices(MoeCalibrator<T> calibrator, QuantizationOptions options, int maxDegreeOfParallelism)
    {
        (_options, _maxDegreeOfParallelism) = (options, maxDegreeOfParallelism);
        _intermediate = calibrator.Weights.Shape.IntermediateSize;
        _activated = ActivationRows.OfExperts(calibrator);
        Fc1 = QuantizerOf(ActivationRows.OfInput(calibrator), calibrator.Weights.Shape.HiddenSize);
    }

    /// <summary>Of fc1 of every expert, half of H x H floats.</summary>
    public FeedbackQuantizer<T> Fc1 { get; }

    /// <summary>Makes that of an expert's fc2, half of I x I floats, which are not kept.</summary>
    public FeedbackQuantizer<T> Fc2(int expert) => QuantizerOf(_activated[expert], _intermediate);

    /// <summary>How many activated rows of an expert there are; fewer than <see cref="ColumnMoments.FewestRows"/> count as none.</summary>
    public int Rows(int expert) => _activated[expert].Count;

    private FeedbackQuantizer<T> QuantizerOf(List<float[]> rows, int columns) =>
        new(_options, FeedbackFactor.Of(ColumnMoments.Estimate(rows, columns, _maxDegreeOfParallelism), _maxDegreeOfParallelism));
}
