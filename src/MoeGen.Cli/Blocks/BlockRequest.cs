namespace MoeGen.Cli.Blocks;

/// <summary>Which block of which checkpoint runs where.</summary>
/// <param name="Folder">The checkpoint.</param>
/// <param name="Layer">Null: the first with experts.</param>
/// <param name="Backend">Where it runs.</param>
/// <param name="Dtype">Null: fp32 on the managed backend; on a GPU as the experts are stored where that is FP16, else BF16.</param>
/// <param name="Gpu">How to get to a GPU.</param>
internal sealed record BlockRequest(string Folder, int? Layer, MoeBackend Backend, Dtype? Dtype, GpuAccess Gpu);
