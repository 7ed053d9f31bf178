namespace MoeGen;

/// <summary>What samples have shown of the activations of a layer.</summary>
public sealed class CalibrationStatistics
{
    internal CalibrationStatistics(ColumnStatistics input, ColumnStatistics[] experts) => (Input, Experts) = (input, experts);

    /// <summary>The hidden states of all tokens, H columns.</summary>
    public ColumnStatistics Input { get; }

    /// <summary>The activated rows of each local expert, I columns.</summary>
    public IReadOnlyList<ColumnStatistics> Experts { get; }

    /// <summary>The mean square of each column of the input; empty without tokens.</summary>
    internal ReadOnlyMemory<float> InputMeanSquares => Input.Rows == 0 ? default : Input.MeanSquares;

    internal void CheckFits(MoeShape shape, string name)
    {
        if ((Experts.Count, Input.AbsMax.Length, Experts[0].AbsMax.Length) != (shape.NumExperts, shape.HiddenSize, shape.IntermediateSize))
        {
            throw new ArgumentException(
                $"{name} is of {Experts.Count} experts, hiddenSize {Input.AbsMax.Length} and intermediateSize {Experts[0].AbsMax.Length}; required are {shape.NumExperts}, {shape.HiddenSize} and {shape.IntermediateSize}.",
                name);
        }
    }
}
