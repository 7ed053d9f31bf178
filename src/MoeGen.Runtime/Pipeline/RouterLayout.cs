namespace MoeGen;

/// <summary>The regions of a call with a router of its own, behind those of <see cref="WorkspaceLayout"/>.</summary>
internal readonly struct RouterLayout
{
    public RouterLayout(in WorkspaceLayout layout, int numTokens, in CudaRouter? router)
    {
        RouterLogits = layout.TotalBytes;
        long logits = router is { Weight.IsNull: false } ? (long)numTokens * router.Value.NumExperts * sizeof(float) : 0;
        SharedGateLogits = RouterLogits + WorkspaceLayout.Aligned(logits);
        TotalBytes = SharedGateLogits + WorkspaceLayout.Aligned(router is { HasSharedGate: true } ? (long)numTokens * sizeof(float) : 0);
    }

    /// <summary>fp32 [T, E].</summary>
    public long RouterLogits { get; }

    /// <summary>fp32 [T].</summary>
    public long SharedGateLogits { get; }

    /// <summary>Bytes of the whole workspace.</summary>
    public long TotalBytes { get; }
}
