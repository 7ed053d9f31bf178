namespace MoeGen;

/// <summary>The device pointers and sizes of one forward call, checked.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
internal readonly record struct CudaCall<T>
    where T : unmanaged
{
    public required DevicePointer<T> Input { get; init; }

    public required DevicePointer<T> Output { get; init; }

    /// <summary>Null where the layer routes from <see cref="RouterLogits"/>.</summary>
    public DevicePointer<int> TokenSelectedExperts { get; init; }

    /// <summary>Null means 1.</summary>
    public DevicePointer<float> TokenFinalScales { get; init; }

    /// <summary>Null where ids are given.</summary>
    public DevicePointer<float> RouterLogits { get; init; }

    /// <summary>The caller's GEMM1; null means the generated one.</summary>
    public IGroupedGemm<T>? Gemm1 { get; init; }

    /// <summary>The caller's GEMM2; null means the generated one.</summary>
    public IGroupedGemm<T>? Gemm2 { get; init; }

    public required int NumTokens { get; init; }

    public required int TopK { get; init; }
}
