namespace MoeGen;

/// <summary>How the decode kernels' GEMM2 divides its depth: among the warps of a block, and among blocks where there are few columns.</summary>
/// <param name="Warps">Warps a block: 8 or 16.</param>
/// <param name="Blocks">Blocks that share 16 columns, a power of two.</param>
internal readonly record struct DecodeSplit(int Warps, int Blocks)
{
    // Sums of 16 warps with this many slots fill the shared memory of 8 warps with all.
    private const int MaxWideSlots = GemmVariant.MaxDecodeSlots / 2;

    // Registers leave a multiprocessor this many warps.
    private const int ResidentWarps = 16;

    // What a warp has in flight at once, in elements of depth: of 16-bit weights. Smaller ones have more, and are divided a little too far.
    private const int RoundDepth = 192;

    private const int MaxBlocks = 8;

    /// <summary>Blocks of columns: 16 of them each.</summary>
    public static int ColumnBlocks(MoeShape shape) => (shape.HiddenSize + 15) / 16;

    /// <summary>
    /// The most warps a block, where that leaves no multiprocessor without a block; then as many blocks as are resident at once, while each warp has its depth in two rounds of loads or more.
    /// </summary>
    public static DecodeSplit Of(MoeShape shape, int slots, DecodeLimits limits)
    {
        int columnBlocks = ColumnBlocks(shape), multiprocessors = limits.Multiprocessors;
        int warps = slots <= MaxWideSlots && columnBlocks <= multiprocessors && limits.AllowsWideBlocks ? 16 : 8;
        long rounds = (long)Math.Min(slots, shape.NumExperts) * ((shape.IntermediateSize + RoundDepth - 1) / RoundDepth);
        int blocks = 1;
        while (blocks < MaxBlocks && 2L * blocks * columnBlocks * warps <= (long)multiprocessors * ResidentWarps && 2L * blocks * warps <= rounds)
        {
            blocks *= 2;
        }

        return new DecodeSplit(warps, blocks);
    }
}
