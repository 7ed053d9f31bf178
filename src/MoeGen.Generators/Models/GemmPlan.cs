namespace MoeGen.Generators.Models;

/// <summary>One planned variant of the two GEMM kernels.</summary>
/// <param name="TileM">Rows (expanded tokens) a block.</param>
/// <param name="TileN">Accumulator columns a block.</param>
/// <param name="TileK">Elements of depth a stage.</param>
/// <param name="Stages">Pipeline stages.</param>
/// <param name="WarpsM">Warps along M.</param>
/// <param name="WarpsN">Warps along N.</param>
/// <param name="MinBlocksPerSm">Blocks a multiprocessor that the launch bounds ask for.</param>
/// <param name="MaxRegisters">Registers a thread that the launch bounds allow.</param>
/// <param name="OperandBytes">Bytes of an element of A and B.</param>
internal sealed record GemmPlan(
    int TileM, int TileN, int TileK, int Stages, int WarpsM, int WarpsN, int MinBlocksPerSm, int MaxRegisters, int OperandBytes)
{
    /// <summary>Threads a block.</summary>
    public int Threads => WarpsM * WarpsN * 32;

    /// <summary>Dynamic shared memory a block, in bytes: each stage holds a slice of A and of B.</summary>
    public int SharedMemoryBytes => Stages * (TileM + TileN) * TileK * OperandBytes;

    /// <summary>32-bit accumulators a thread.</summary>
    public int AccumulatorsPerThread => TileM * TileN / Threads;

    /// <summary>Suffix of the kernel names.</summary>
    public string Name => $"m{TileM}n{TileN}k{TileK}s{Stages}";

    /// <summary>The same in type and method names.</summary>
    public string TypeName => $"M{TileM}N{TileN}K{TileK}S{Stages}";
}
