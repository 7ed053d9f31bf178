namespace MoeGen;

/// <summary>How a layer compiles and loads its kernels.</summary>
public sealed record MoeCudaOptions
{
    /// <summary>Where compiled kernels are kept. Null: the folder that <see cref="KernelCache()"/> chooses.</summary>
    public KernelCache? Cache { get; init; }

    /// <summary>
    /// Name of the GEMM variant that every call runs, one of the descriptor's or <c>decode</c>, for measuring. Null: chosen for
    /// each call from its sizes and the device.
    /// </summary>
    public string? Variant { get; init; }
}
