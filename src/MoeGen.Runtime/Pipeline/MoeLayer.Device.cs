namespace MoeGen;

/// <content>Calls on device buffers: everything is enqueued on the caller's stream; no host synchronisation, and after warm-up no allocation.</content>
public abstract partial class MoeLayer<TSelf, T>
{
    /// <summary>Enqueues the layer for given experts and scales.</summary>
    /// <param name="input">[T, H].</param>
    /// <param name="tokenSelectedExperts">Expert ids, [T, K].</param>
    /// <param name="tokenFinalScales">fp32 [T, K]; null means 1.</param>
    /// <param name="output">[T, H]; every row is written.</param>
    /// <param name="stream">The stream that all kernels are enqueued on.</param>
    /// <param name="workspace">At least <see cref="GetWorkspaceBytes"/> bytes, used until the stream has finished the call; null: the layer's own for this stream.</param>
    /// <exception cref="ArgumentException">A buffer has a wrong length, device or alignment; nothing was launched.</exception>
    /// <exception cref="InvalidOperationException">The layer runs on the managed backend, or is configured to route from logits.</exception>
    public void Forward(
        DeviceBuffer<T> input,
        DeviceBuffer<int> tokenSelectedExperts,
        DeviceBuffer<float>? tokenFinalScales,
        DeviceBuffer<T> output,
        CudaStream stream,
        DeviceBuffer<byte>? workspace = null)
    {
        CudaLayer<T> cuda = RequireCuda();
        CheckStream(cuda, stream);
        cuda.Forward(CheckCall(cuda, input, tokenSelectedExperts, tokenFinalScales, output), stream, workspace);
    }

    /// <summary>Enqueues the layer, choosing experts and scales from router logits by the configured routing.</summary>
    /// <param name="input">[T, H].</param>
    /// <param name="routerLogits">fp32 [T, E].</param>
    /// <param name="topK">K, at most 32 and at most E.</param>
    /// <param name="output">[T, H]; every row is written.</param>
    /// <param name="stream">The stream that all kernels are enqueued on.</param>
    /// <param name="workspace">As in <see cref="Forward(DeviceBuffer{T}, DeviceBuffer{int}, DeviceBuffer{float}?, DeviceBuffer{T}, CudaStream, DeviceBuffer{byte}?)"/>.</param>
    /// <exception cref="ArgumentException">A buffer has a wrong length, device or alignment, or K is out of range; nothing was launched.</exception>
    /// <exception cref="InvalidOperationException">The layer runs on the managed backend, or is configured with <see cref="RoutingMethod.Preselected"/>.</exception>
    public void ForwardFromLogits(
        DeviceBuffer<T> input, DeviceBuffer<float> routerLogits, int topK, DeviceBuffer<T> output, CudaStream stream, DeviceBuffer<byte>? workspace = null)
    {
        CudaLayer<T> cuda = RequireCuda();
        CheckStream(cuda, stream);
        cuda.Forward(CheckCall(cuda, input, routerLogits, topK, output), stream, workspace);
    }

    /// <summary>Captures <c>Forward</c> on these buffers into a graph that owns its workspace.</summary>
    /// <remarks>Arguments as in <c>Forward</c>; nothing is run. The buffers must outlive the graph.</remarks>
    public MoeGraph CaptureForward(
        DeviceBuffer<T> input, DeviceBuffer<int> tokenSelectedExperts, DeviceBuffer<float>? tokenFinalScales, DeviceBuffer<T> output, CudaStream stream)
    {
        CudaLayer<T> cuda = RequireCuda();
        CheckStream(cuda, stream);
        return cuda.Capture(CheckCall(cuda, input, tokenSelectedExperts, tokenFinalScales, output), stream);
    }

    /// <summary>Captures <c>ForwardFromLogits</c> on these buffers into a graph that owns its workspace.</summary>
    /// <remarks>Arguments as in <c>ForwardFromLogits</c>; nothing is run. The buffers must outlive the graph.</remarks>
    public MoeGraph CaptureForwardFromLogits(
        DeviceBuffer<T> input, DeviceBuffer<float> routerLogits, int topK, DeviceBuffer<T> output, CudaStream stream)
    {
        CudaLayer<T> cuda = RequireCuda();
        CheckStream(cuda, stream);
        return cuda.Capture(CheckCall(cuda, input, routerLogits, topK, output), stream);
    }

    private static void CheckStream(CudaLayer<T> cuda, CudaStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (stream.Context.Ordinal != cuda.Context.Ordinal)
        {
            throw new ArgumentException($"stream belongs to device {stream.Context.Ordinal}; the layer runs on device {cuda.Context.Ordinal}.", nameof(stream));
        }
    }

    private static CudaCall<T> CheckCall(
        CudaLayer<T> cuda, DeviceBuffer<T> input, DeviceBuffer<int> tokenSelectedExperts, DeviceBuffer<float>? tokenFinalScales, DeviceBuffer<T> output)
    {
        LayerChecks.CheckRouting(TSelf.Descriptor, fromLogits: false);
        ArgumentNullException.ThrowIfNull(tokenSelectedExperts);
        int numTokens = CheckTokens(cuda, input, output);
        int topK = LayerChecks.CountTopK(tokenSelectedExperts.Length, numTokens);
        BufferChecks.Check(tokenSelectedExperts, tokenSelectedExperts.Length, cuda.Context, nameof(tokenSelectedExperts), "T * K");
        if (tokenFinalScales is not null)
        {
            BufferChecks.Check(tokenFinalScales, tokenSelectedExperts.Length, cuda.Context, nameof(tokenFinalScales), "T * K");
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

    private static CudaCall<T> CheckCall(CudaLayer<T> cuda, DeviceBuffer<T> input, DeviceBuffer<float> routerLogits, int topK, DeviceBuffer<T> output)
    {
        LayerChecks.CheckRouting(TSelf.Descriptor, fromLogits: true);
        LayerChecks.CheckTopK(topK, Math.Min(MoeShape.MaxTopK, cuda.Shape.NumExperts));
        int numTokens = CheckTokens(cuda, input, output);
        LayerChecks.CheckCounts(numTokens, topK);
        BufferChecks.Check(routerLogits, (long)numTokens * cuda.Shape.NumExperts, cuda.Context, nameof(routerLogits), "T * E");
        return new CudaCall<T>
        {
            Input = input.Pointer,
            Output = output.Pointer,
            RouterLogits = routerLogits.Pointer,
            NumTokens = numTokens,
            TopK = topK,
        };
    }

    private static int CheckTokens(CudaLayer<T> cuda, DeviceBuffer<T> input, DeviceBuffer<T> output)
    {
        ArgumentNullException.ThrowIfNull(input);
        int numTokens = LayerChecks.CountTokens(input.Length, cuda.Shape.HiddenSize);
        BufferChecks.Check(input, input.Length, cuda.Context, nameof(input), "T * H");
        BufferChecks.Check(output, input.Length, cuda.Context, nameof(output), "T * H");
        return numTokens;
    }
}
