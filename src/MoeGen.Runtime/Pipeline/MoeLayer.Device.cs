using MoeGen.Native;

namespace MoeGen;

/// <content>
/// Calls on device buffers: everything is enqueued on the caller's stream; no host synchronisation, and after warm-up no allocation.
/// Any thread may call at any time. Two calls at once on one stream are enqueued one after the other, in either order. A buffer
/// that another thread disposes during a call is freed when the call is enqueued and the device is done with it.
/// </content>
public abstract partial class MoeLayer<TSelf, T>
{
    /// <summary>Enqueues the layer for given experts and scales.</summary>
    /// <param name="input">[T, H].</param>
    /// <param name="tokenSelectedExperts">Expert ids, [T, K].</param>
    /// <param name="tokenFinalScales">fp32 [T, K]; null means 1.</param>
    /// <param name="output">[T, H]; every row is written.</param>
    /// <param name="stream">The stream that all kernels are enqueued on.</param>
    /// <param name="workspace">At least <see cref="GetWorkspaceBytes"/> bytes, used until the stream has finished the call, so for one stream at a time; null: the layer's own for this stream.</param>
    /// <param name="numTokensOnDevice">One int, read when the kernels run: tokens from this number on reach no expert, and their output rows are zeros; below 0 it counts as 0, beyond T as T. Null means T.</param>
    /// <exception cref="ArgumentException">A buffer has a wrong length, device or alignment; nothing was launched.</exception>
    /// <exception cref="InvalidOperationException">The layer runs on the managed backend, or is configured to route from logits.</exception>
    /// <exception cref="ObjectDisposedException">The layer, its weights, a buffer or the stream was disposed.</exception>
    /// <exception cref="CudaContextLostException">An earlier error, which it names, has made the device unusable.</exception>
    public void Forward(
        DeviceBuffer<T> input,
        DeviceBuffer<int> tokenSelectedExperts,
        DeviceBuffer<float>? tokenFinalScales,
        DeviceBuffer<T> output,
        CudaStream stream,
        DeviceBuffer<byte>? workspace = null,
        DeviceBuffer<int>? numTokensOnDevice = null)
    {
        CudaLayer<TSelf, T> cuda = RequireCuda(stream);
        CudaWeights<T> weights = cuda.Weights;
        CudaCall<T> call = CallChecks.Check(TSelf.Descriptor, cuda.Kernels.Context, weights, input, tokenSelectedExperts, tokenFinalScales, output, numTokensOnDevice);
        using var holds = new HandleHolds();
        holds.Add(input.Resource);
        holds.Add(tokenSelectedExperts.Resource);
        holds.Add(tokenFinalScales?.Resource);
        holds.Add(output.Resource);
        holds.Add(numTokensOnDevice?.Resource);
        holds.Add(cuda.CallersMemory);
        cuda.Kernels.Forward(WithGemms(call), weights, stream, workspace);
    }

    /// <summary>Enqueues the layer, choosing experts and scales from router logits by the configured routing.</summary>
    /// <param name="input">[T, H].</param>
    /// <param name="routerLogits">fp32 [T, E].</param>
    /// <param name="topK">K, at most 32 and at most E.</param>
    /// <param name="output">[T, H]; every row is written.</param>
    /// <param name="stream">The stream that all kernels are enqueued on.</param>
    /// <param name="workspace">As in <see cref="Forward(DeviceBuffer{T}, DeviceBuffer{int}, DeviceBuffer{float}?, DeviceBuffer{T}, CudaStream, DeviceBuffer{byte}?, DeviceBuffer{int}?)"/>, as the next.</param>
    /// <param name="numTokensOnDevice">One int on the device, or null.</param>
    /// <exception cref="ArgumentException">A buffer has a wrong length, device or alignment, or K is out of range; nothing was launched.</exception>
    /// <exception cref="InvalidOperationException">The layer runs on the managed backend, or is configured with <see cref="RoutingMethod.Preselected"/>.</exception>
    public void ForwardFromLogits(
        DeviceBuffer<T> input,
        DeviceBuffer<float> routerLogits,
        int topK,
        DeviceBuffer<T> output,
        CudaStream stream,
        DeviceBuffer<byte>? workspace = null,
        DeviceBuffer<int>? numTokensOnDevice = null)
    {
        CudaLayer<TSelf, T> cuda = RequireCuda(stream);
        CudaWeights<T> weights = cuda.Weights;
        CudaCall<T> call = CallChecks.Check(TSelf.Descriptor, cuda.Kernels.Context, weights, input, routerLogits, topK, output, numTokensOnDevice);
        using var holds = new HandleHolds();
        holds.Add(input.Resource);
        holds.Add(routerLogits.Resource);
        holds.Add(output.Resource);
        holds.Add(numTokensOnDevice?.Resource);
        holds.Add(cuda.CallersMemory);
        cuda.Kernels.Forward(WithGemms(call), weights, stream, workspace);
    }

    /// <summary>Captures <c>Forward</c> on these buffers into a graph that owns its workspace.</summary>
    /// <remarks>Arguments as in <c>Forward</c>; nothing is run. The graph refers to the buffers, and cannot be launched once one of them is disposed.</remarks>
    public MoeGraph CaptureForward(
        DeviceBuffer<T> input,
        DeviceBuffer<int> tokenSelectedExperts,
        DeviceBuffer<float>? tokenFinalScales,
        DeviceBuffer<T> output,
        CudaStream stream,
        DeviceBuffer<int>? numTokensOnDevice = null)
    {
        CudaLayer<TSelf, T> cuda = RequireCuda(stream);
        CudaWeights<T> weights = cuda.Weights;
        CudaCall<T> call = CallChecks.Check(
            TSelf.Descriptor, cuda.Kernels.Context, weights, input, tokenSelectedExperts, tokenFinalScales, output, numTokensOnDevice);
        return cuda.Kernels.Capture(
            WithGemms(call), weights, stream, [input, tokenSelectedExperts, tokenFinalScales, output, numTokensOnDevice, .. cuda.WeightBuffers]);
    }

    /// <summary>Captures <c>ForwardFromLogits</c> on these buffers into a graph that owns its workspace.</summary>
    /// <remarks>Arguments as in <c>ForwardFromLogits</c>; nothing is run. The graph refers to the buffers, and cannot be launched once one of them is disposed.</remarks>
    public MoeGraph CaptureForwardFromLogits(
        DeviceBuffer<T> input,
        DeviceBuffer<float> routerLogits,
        int topK,
        DeviceBuffer<T> output,
        CudaStream stream,
        DeviceBuffer<int>? numTokensOnDevice = null)
    {
        CudaLayer<TSelf, T> cuda = RequireCuda(stream);
        CudaWeights<T> weights = cuda.Weights;
        CudaCall<T> call = CallChecks.Check(TSelf.Descriptor, cuda.Kernels.Context, weights, input, routerLogits, topK, output, numTokensOnDevice);
        return cuda.Kernels.Capture(WithGemms(call), weights, stream, [input, routerLogits, output, numTokensOnDevice, .. cuda.WeightBuffers]);
    }
}
