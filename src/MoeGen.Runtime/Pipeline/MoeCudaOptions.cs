namespace MoeGen;

/// <summary>How a layer compiles and loads its kernels.</summary>
public sealed record MoeCudaOptions
{
    /// <summary>Where compiled kernels are kept. Null: the folder that <see cref="KernelCache()"/> chooses.</summary>
    public KernelCache? Cache { get; init; }

    /// <summary>
    /// Name of the GEMM variant that every call runs, one of the descriptor's or <c>decode</c>, or two of the descriptor's with a
    /// plus sign between, GEMM1's first; for measuring. Null: chosen for each call from its sizes and the device.
    /// </summary>
    public string? Variant { get; init; }

    /// <summary>
    /// What <c>Tune</c> measured before. Where an entry is about the class's text, the device and the layer's sizes, it chooses instead of the cost
    /// model, for K as measured and T within what was measured; <c>TuningMatches</c> tells which entries are used. Null: none.
    /// </summary>
    public TuningTable? TuningTable { get; init; }
}
