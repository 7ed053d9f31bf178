namespace MoeGen;

/// <summary>How a layer compiles and loads its kernels.</summary>
public sealed record MoeCudaOptions
{
    /// <summary>Where compiled kernels are kept. Null: <see cref="KernelCache.Default"/>.</summary>
    public KernelCache? Cache { get; init; }
}
