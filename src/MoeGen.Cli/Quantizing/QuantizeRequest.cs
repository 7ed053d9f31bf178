namespace MoeGen.Cli.Quantizing;

/// <summary>What is to be quantised, and how.</summary>
/// <param name="Source">The checkpoint's folder.</param>
/// <param name="Output">The folder to write.</param>
/// <param name="Scheme">Bits.</param>
/// <param name="Options">Format and search of scales.</param>
/// <param name="Layer">The only layer that is quantised; null: all with experts.</param>
/// <param name="Calibration">Safetensors with inputs of blocks; null for none.</param>
/// <param name="Smooth">Whether channels of tokens that stick out are divided by factors that go into the weights.</param>
/// <param name="StaticScales">Whether activations get scales from the calibration's inputs.</param>
internal sealed record QuantizeRequest(
    string Source, string Output, QuantizeScheme Scheme, QuantizationOptions Options, int? Layer = null, string? Calibration = null, bool Smooth = false, bool StaticScales = false)
{
    /// <summary>Everything that the output's bytes depend on but the source's, in words.</summary>
    public override string ToString()
    {
        string weights = Options.Format == WeightFormat.Int4Group ? $" groups of {Options.GroupSize}{(Options.ZeroPoints ? " with zero points" : "")}" : "";
        string search = Options.Search == ScaleSearch.Percentile ? $"{Options.Search} {Options.Percentile}" : $"{Options.Search}";
        string layers = Layer is { } layer ? $"layer {layer}" : "all layers";
        string calibration = Calibration is null ? "" : $", calibrated{(Smooth ? " and smoothed" : "")}{(StaticScales ? " with static scales" : "")}";
        return $"{Scheme}{weights}, {search}, {layers}{calibration}";
    }
}
