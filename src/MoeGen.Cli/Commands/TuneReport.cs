namespace MoeGen.Cli.Commands;

/// <summary>The JSON of <c>moegen tune</c>.</summary>
/// <param name="Table">The file that the entry was put into; null where none was named.</param>
internal sealed record TuneReport(
    string Layer, string Device, string ComputeCapability, int Multiprocessors, int NumExperts, int TopK, int HiddenSize, int IntermediateSize, IReadOnlyList<TuningPoint> Points, string? Table);
