namespace MoeGen;

/// <summary>The device pointers and numbers of one call's router, checked.</summary>
internal readonly record struct CudaRouter
{
    public required int NumExperts { get; init; }

    public required int TopK { get; init; }

    public required RouterOptions Options { get; init; }

    /// <summary>[E, H], then the shared experts' gate where there is one; null where the caller gives logits and nothing else.</summary>
    public DevicePointer<float> Weight { get; init; }

    public bool HasSharedGate { get; init; }

    /// <summary>Null means none, as for the next.</summary>
    public DevicePointer<float> Bias { get; init; }

    public DevicePointer<float> SelectionBias { get; init; }

    public int SlotsPerToken => TopK + Options.NumSharedExperts;

    /// <summary>The method with the numbers that it has by itself.</summary>
    public static CudaRouter Plain(int numExperts, int topK) => new() { NumExperts = numExperts, TopK = topK, Options = RouterOptions.Default };
}
