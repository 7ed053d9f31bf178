namespace MoeGen;

/// <summary>From the buffers of a call to checked pointers and sizes.</summary>
internal static class CallChecks
{
    /// <summary>A call with given experts and scales.</summary>
    public static CudaCall<T> Check<T>(
        MoeDescriptor descriptor,
        CudaContext context,
        in CudaWeights<T> weights,
        DeviceBuffer<T> input,
        DeviceBuffer<int> tokenSelectedExperts,
        DeviceBuffer<float>? tokenFinalScales,
        DeviceBuffer<T> output)
        where T : unmanaged
    {
        LayerChecks.CheckRouting(descriptor, fromLogits: false);
        ArgumentNullException.ThrowIfNull(tokenSelectedExperts);
        int numTokens = CheckTokens(context, weights, input, output);
        int topK = LayerChecks.CountTopK(tokenSelectedExperts.Length, numTokens);
        CheckStatedTopK(descriptor, numTokens, topK);
        BufferChecks.Check(tokenSelectedExperts, tokenSelectedExperts.Length, context, nameof(tokenSelectedExperts), "T * K");
        if (tokenFinalScales is not null)
        {
            BufferChecks.Check(tokenFinalScales, tokenSelectedExperts.Length, context, nameof(tokenFinalScales), "T * K");
        }

        return new CudaCall<T>
        {
            Input = input.Pointer,
            Output = output.Pointer,
            TokenSelectedExperts = tokenSelectedExperts.Pointer,
            TokenFinalScales = tokenFinalScales?.Pointer ?? default,
            NumTokens = numTokens,
            TopK = topK,
        };
    }

    /// <summary>A call that routes.</summary>
    public static CudaCall<T> Check<T>(
        MoeDescriptor descriptor,
        CudaContext context,
        in CudaWeights<T> weights,
        DeviceBuffer<T> input,
        DeviceBuffer<float> routerLogits,
        int topK,
        DeviceBuffer<T> output)
        where T : unmanaged
    {
        LayerChecks.CheckRouting(descriptor, fromLogits: true);
        LayerChecks.CheckTopK(topK, Math.Min(MoeShape.MaxTopK, weights.NumGlobalExperts));
        int numTokens = CheckTokens(context, weights, input, output);
        LayerChecks.CheckCounts(numTokens, topK);
        CheckStatedTopK(descriptor, numTokens, topK);
        BufferChecks.Check(routerLogits, (long)numTokens * weights.NumGlobalExperts, context, nameof(routerLogits), "T * E");
        return new CudaCall<T>
        {
            Input = input.Pointer,
            Output = output.Pointer,
            RouterLogits = routerLogits.Pointer,
            NumTokens = numTokens,
            TopK = topK,
        };
    }

    private static int CheckTokens<T>(CudaContext context, in CudaWeights<T> weights, DeviceBuffer<T> input, DeviceBuffer<T> output)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(input);
        int numTokens = LayerChecks.CountTokens(input.Length, weights.Shape.HiddenSize);
        BufferChecks.Check(input, input.Length, context, nameof(input), "T * H");
        BufferChecks.Check(output, input.Length, context, nameof(output), "T * H");
        return numTokens;
    }

    private static void CheckStatedTopK(MoeDescriptor descriptor, int numTokens, int topK)
    {
        if (numTokens > 0)
        {
            WeightChecks.CheckStated(descriptor, "topK", descriptor.StaticShape.TopK, topK);
        }
    }
}
