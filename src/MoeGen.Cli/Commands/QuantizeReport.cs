using MoeGen.Cli.Quantizing;

namespace MoeGen.Cli.Commands;

/// <summary>The JSON of <c>moegen quantize</c>.</summary>
/// <param name="Family">config.json's model_type.</param>
/// <param name="Scheme">w8a8, w8a16 or w4a16.</param>
/// <param name="GroupSize">Elements of a group; null with 8 bits.</param>
/// <param name="Search">How scales were chosen.</param>
/// <param name="Layers">The layers that are quantised.</param>
/// <param name="Experts">What it cost each expert.</param>
/// <param name="Output">The folder.</param>
/// <param name="FilesReused">Files that were finished before.</param>
/// <param name="SourceBytes">Bytes of the source's tensors.</param>
/// <param name="OutputBytes">Bytes of the output's files.</param>
/// <param name="Ok">Always true.</param>
internal sealed record QuantizeReport(
    string Family, string Scheme, int? GroupSize, string Search, IReadOnlyList<int> Layers, IReadOnlyList<ExpertError> Experts, string Output, int FilesReused, long SourceBytes, long OutputBytes, bool Ok);
