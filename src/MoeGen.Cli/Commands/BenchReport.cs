using MoeGen.Cli.Timing;

namespace MoeGen.Cli.Commands;

/// <summary>The JSON of <c>moegen bench</c>.</summary>
internal sealed record BenchReport(
    string Layer, string Dtype, string Activation, string Device, string ComputeCapability, int Multiprocessors, int NumExperts, int TopK, int HiddenSize, int IntermediateSize, IReadOnlyList<BenchRow> Rows);
