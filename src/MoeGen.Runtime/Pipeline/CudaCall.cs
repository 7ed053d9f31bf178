namespace MoeGen;

/// <summary>The device pointers and sizes of one forward call, checked.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
internal readonly record struct CudaCall<T>
    where T : unmanaged
{
    public required DevicePointer<T> Input { get; init; }

    public required DevicePointer<T> Output { get; init; }

    /// <summary>Null where the layer routes.</summary>
    public DevicePointer<int> TokenSelectedExperts { get; init; }

    /// <summary>Null means 1.</summary>
    public DevicePointer<float> TokenFinalScales { get; init; }

    /// <summary>How the layer routes; null where ids are given.</summary>
    public CudaRouter? Router { get; init; }

    /// <summary>Null where ids are given, or the router starts from <see cref="Input"/>.</summary>
    public DevicePointer<float> RouterLogits { get; init; }

    /// <summary>Tokens from this number on, read when the kernels run, reach no expert; null means T.</summary>
    public DevicePointer<int> NumTokensOnDevice { get; init; }

    /// <summary>The caller's GEMM1; null means the generated one.</summary>
    public IGroupedGemm<T>? Gemm1 { get; init; }

    /// <summary>The caller's GEMM2; null means the generated one.</summary>
    public IGroupedGemm<T>? Gemm2 { get; init; }

    public required int NumTokens { get; init; }

    /// <summary>Slots of a token, those of shared experts included.</summary>
    public required int TopK { get; init; }
}
