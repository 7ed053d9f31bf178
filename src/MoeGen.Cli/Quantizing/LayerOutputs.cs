namespace MoeGen.Cli.Quantizing;

/// <summary>What a quantised layer's outputs are away from the layer's own, by experts of the checkpoint.</summary>
/// <param name="layer">The layer.</param>
/// <param name="outputs">By experts of the block.</param>
/// <param name="fallsBack">Whether an expert of the block had too few samples for error feedback.</param>
internal sealed class LayerOutputs(LayerPlan layer, ExpertOutputs outputs, Func<int, bool> fallsBack)
{
    /// <summary>Relative L2 error of an expert's output rows; null where no sample came to it. Of the shared expert, that of its worst slice.</summary>
    public double? ErrorOf(int expert)
    {
        int[] seen = [.. layer.SlicesOf(expert).Where(slice => outputs.Rows(slice) > 0)];
        return seen.Length == 0 ? null : seen.Max(outputs.Error);
    }

    /// <summary>Samples that came to an expert.</summary>
    public int SamplesOf(int expert) => layer.SlicesOf(expert).Max(outputs.Rows);

    /// <summary>Whether error feedback had too few samples of an expert's activated rows.</summary>
    public bool FallsBack(int expert) => layer.SlicesOf(expert).Any(fallsBack);
}
