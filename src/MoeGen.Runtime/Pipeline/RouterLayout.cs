namespace MoeGen;

/// <summary>The regions of a call with a router of its own, behind those of <see cref="WorkspaceLayout"/>.</summary>
internal readonly struct RouterLayout
{
    // A block of the router's linear layer has so many tokens and weight rows; a part of its depth is at least that long.
    private const int BlockTokens = 64, BlockRows = 32, DepthGranularity = 64, MinPartDepth = 256;

    // Two blocks a multiprocessor at most, and no more parts than the choice of experts reads in two turns.
    private const int BlocksPerMultiprocessor = 2, MaxParts = 32;

    /// <param name="layout">The regions before.</param>
    /// <param name="numTokens">T.</param>
    /// <param name="router">The router; <see langword="null"/> for none.</param>
    /// <param name="hiddenSize">H.</param>
    /// <param name="multiprocessors">Of the device.</param>
    public RouterLayout(in WorkspaceLayout layout, int numTokens, in CudaRouter? router, int hiddenSize, int multiprocessors)
    {
        RouterLogits = layout.TotalBytes;
        bool computes = router is { Weight.IsNull: false };
        LogitParts = computes ? PartsOf(numTokens, router!.Value.NumExperts + (router.Value.HasSharedGate ? 1 : 0), hiddenSize, multiprocessors) : 1;
        long logits = computes ? (long)LogitParts * numTokens * router!.Value.NumExperts * sizeof(float) : 0;
        SharedGateLogits = RouterLogits + WorkspaceLayout.Aligned(logits);
        TotalBytes = SharedGateLogits + WorkspaceLayout.Aligned(router is { HasSharedGate: true } ? (long)LogitParts * numTokens * sizeof(float) : 0);
    }

    /// <summary>fp32 [parts, T, E].</summary>
    public long RouterLogits { get; }

    /// <summary>fp32 [parts, T].</summary>
    public long SharedGateLogits { get; }

    /// <summary>Parts whose sums logits and gates are, if the layer computes the logits: where blocks are few, they divide the depth.</summary>
    public int LogitParts { get; }

    /// <summary>Bytes of the whole workspace.</summary>
    public long TotalBytes { get; }

    /// <summary>Elements of each part but the last.</summary>
    public static int PartDepth(int hiddenSize, int parts) => RoundUp((hiddenSize + parts - 1) / parts, DepthGranularity);

    private static int PartsOf(int numTokens, int numRows, int hiddenSize, int multiprocessors)
    {
        long blocks = ((numTokens + (BlockTokens - 1L)) / BlockTokens) * ((numRows + BlockRows - 1) / BlockRows);
        int parts = (int)Math.Clamp(BlocksPerMultiprocessor * multiprocessors / blocks, 1, Math.Clamp(hiddenSize / MinPartDepth, 1, MaxParts));
        int depth = PartDepth(hiddenSize, parts);
        return (hiddenSize + depth - 1) / depth;
    }

    private static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
}
