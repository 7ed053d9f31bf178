namespace MoeGen;

/// <summary>One tile configuration of the two GEMM kernels, as planned by the generator.</summary>
/// <param name="Name">Suffix of the kernel names, for instance <c>m128n128k64s3</c>.</param>
/// <param name="TileM">Rows (expanded tokens) a thread block computes.</param>
/// <param name="TileN">Accumulator columns a thread block computes; half as many outputs in a gated GEMM1.</param>
/// <param name="TileK">Elements of depth a pipeline stage.</param>
/// <param name="Stages">Pipeline stages.</param>
/// <param name="Threads">Threads a block.</param>
/// <param name="SharedMemoryBytes">Dynamic shared memory a block, in bytes.</param>
/// <param name="MaxRegisters">Registers a thread that the launch bounds allow.</param>
/// <param name="MinBlocksPerSm">Blocks a multiprocessor that the launch bounds ask for.</param>
public sealed record GemmVariant(
    string Name, int TileM, int TileN, int TileK, int Stages, int Threads, int SharedMemoryBytes, int MaxRegisters, int MinBlocksPerSm)
{
    /// <summary>Largest T * K that <see cref="Decode"/> takes.</summary>
    public const int MaxDecodeSlots = 64;

    /// <summary>
    /// The kernels for few tokens, of classes that generate both GEMMs: a warp streams 16 weight rows past the tensor cores by way of
    /// registers alone, so that there are neither tiles nor stages. Two launches a layer.
    /// </summary>
    public static GemmVariant Decode { get; } = new("decode", 16, 16, 192, 1, 256, 0, 128, 2);
}
