namespace MoeGen;

/// <summary>How a layer compiles and loads its kernels.</summary>
public sealed record MoeCudaOptions
{
    /// <summary>Where compiled kernels are kept. Null: the folder that <see cref="KernelCache()"/> chooses.</summary>
    public KernelCache? Cache { get; init; }
}
