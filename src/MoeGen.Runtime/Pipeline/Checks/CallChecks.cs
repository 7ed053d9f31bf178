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
        DeviceBuffer<T> output,
        DeviceBuffer<int>? numTokensOnDevice = null)
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
            NumTokensOnDevice = BufferChecks.TokenCount(numTokensOnDevice, context),
            NumTokens = numTokens,
            TopK = topK,
        };
    }

    /// <summary>A call that routes from logits by the method alone.</summary>
    public static CudaCall<T> Check<T>(
        MoeDescriptor descriptor,
        CudaContext context,
        in CudaWeights<T> weights,
        DeviceBuffer<T> input,
        DeviceBuffer<float> routerLogits,
        int topK,
        DeviceBuffer<T> output,
        DeviceBuffer<int>? numTokensOnDevice = null)
        where T : unmanaged
    {
        LayerChecks.CheckRouting(descriptor, fromLogits: true);
        LayerChecks.CheckRoutedTopK(descriptor, topK, weights.NumGlobalExperts);
        return Check(descriptor, context, weights, input, routerLogits, CudaRouter.Plain(weights.NumGlobalExperts, topK), output, numTokensOnDevice);
    }

    /// <summary>A call with a router: from its logits, or, where they are null, from the input.</summary>
    public static CudaCall<T> Check<T>(
        MoeDescriptor descriptor,
        CudaContext context,
        in CudaWeights<T> weights,
        DeviceBuffer<T> input,
        DeviceBuffer<float>? routerLogits,
        DeviceMoeRouter router,
        DeviceBuffer<T> output,
        DeviceBuffer<int>? numTokensOnDevice)
        where T : unmanaged
    {
        BlockChecks.Check(descriptor, context, router, weights.NumGlobalExperts, weights.Shape.HiddenSize);
        return Check(descriptor, context, weights, input, routerLogits, router.Bind(), output, numTokensOnDevice);
    }

    private static CudaCall<T> Check<T>(
        MoeDescriptor descriptor,
        CudaContext context,
        in CudaWeights<T> weights,
        DeviceBuffer<T> input,
        DeviceBuffer<float>? routerLogits,
        in CudaRouter router,
        DeviceBuffer<T> output,
        DeviceBuffer<int>? numTokensOnDevice)
        where T : unmanaged
    {
        int numTokens = CheckTokens(context, weights, input, output);
        LayerChecks.CheckCounts(numTokens, router.SlotsPerToken);
        CheckStatedTopK(descriptor, numTokens, router.SlotsPerToken);
        if (routerLogits is not null || router.Weight.IsNull)
        {
            BufferChecks.Check(routerLogits, (long)numTokens * router.NumExperts, context, nameof(routerLogits), "T * E");
        }

        return new CudaCall<T>
        {
            Input = input.Pointer,
            Output = output.Pointer,
            Router = router,
            RouterLogits = routerLogits?.Pointer ?? default,
            NumTokensOnDevice = BufferChecks.TokenCount(numTokensOnDevice, context),
            NumTokens = numTokens,
            TopK = router.SlotsPerToken,
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
