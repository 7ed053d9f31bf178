namespace MoeGen.Cli.Quantizing;

/// <summary>What was written.</summary>
/// <param name="Family">config.json's model_type.</param>
/// <param name="Layers">The layers that are quantised.</param>
/// <param name="Experts">What it cost each expert.</param>
/// <param name="FilesReused">Files of safetensors that were finished before.</param>
/// <param name="SourceBytes">Bytes of the source's tensors.</param>
/// <param name="OutputBytes">Bytes of the output's files.</param>
internal sealed record QuantizeResult(string Family, IReadOnlyList<int> Layers, IReadOnlyList<ExpertError> Experts, int FilesReused, long SourceBytes, long OutputBytes);
