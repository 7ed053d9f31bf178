using MoeGen.Native;

namespace MoeGen;

/// <content>The whole block in one call, hidden states in and block output out, with a router of the model's own.</content>
public abstract partial class MoeLayer<TSelf, T>
{
    /// <summary>Runs the router's linear layer, the choice of experts, and the experts, shared ones included.</summary>
    /// <remarks>On a GPU it copies input and router in and the output out, and waits; serving code keeps both on the device.</remarks>
    /// <param name="input">[T, H].</param>
    /// <param name="router">Its method is the class's <c>Routing</c>, its H the layer's; the weights hold its E routed experts, then its S shared ones.</param>
    /// <param name="output">[T, H]; every row is written.</param>
    /// <exception cref="ArgumentException">A length does not fit, or router and layer do not fit each other.</exception>
    /// <exception cref="InvalidOperationException">The layer is configured with <see cref="RoutingMethod.Preselected"/>.</exception>
    public void ForwardBlock(ReadOnlySpan<T> input, MoeRouter router, Span<T> output)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Context?.ThrowIfLost();
        BlockChecks.Check(TSelf.Descriptor, router, NumGlobalExperts, Shape.HiddenSize);
        int numTokens = CheckHost(input, output);
        LayerChecks.CheckCounts(numTokens, router.SlotsPerToken);
        if (numTokens == 0)
        {
            return;
        }

        if (_managed is not null)
        {
            _managed.ForwardBlock(input, router, output);
            return;
        }

        CudaContext context = _cuda!.Kernels.Context;
        using CudaStream stream = context.CreateStream();
        using DeviceMoeRouter deviceRouter = DeviceMoeRouter.Upload(context, router);
        using DeviceBuffer<T> deviceInput = Upload(stream, input);
        using DeviceBuffer<T> deviceOutput = context.Allocate<T>(output.Length);
        using DeviceBuffer<byte> workspace = context.Allocate<byte>(GetBlockWorkspaceBytes(numTokens, deviceRouter));
        ForwardBlock(deviceInput, deviceRouter, deviceOutput, stream, workspace);
        deviceOutput.CopyTo(output, stream);
    }

    /// <summary>Enqueues the router's linear layer, the choice of experts, and the experts, shared ones included.</summary>
    /// <param name="input">[T, H].</param>
    /// <param name="router">Its method is the class's <c>Routing</c>, its H the layer's; the weights hold its E routed experts, then its S shared ones.</param>
    /// <param name="output">[T, H]; every row is written.</param>
    /// <param name="stream">The stream that all kernels are enqueued on.</param>
    /// <param name="workspace">At least <see cref="GetBlockWorkspaceBytes"/> bytes, used until the stream has finished the call; null: the layer's own for this stream.</param>
    /// <param name="numTokensOnDevice">One int, read when the kernels run: tokens from this number on reach no expert, and their output rows are zeros; below 0 it counts as 0, beyond T as T. Null means T.</param>
    /// <exception cref="ArgumentException">A buffer has a wrong length, device or alignment, or router and layer do not fit each other; nothing was launched.</exception>
    /// <exception cref="InvalidOperationException">The layer runs on the managed backend, or is configured with <see cref="RoutingMethod.Preselected"/>.</exception>
    /// <exception cref="ObjectDisposedException">The layer, its weights, the router, a buffer or the stream was disposed.</exception>
    public void ForwardBlock(
        DeviceBuffer<T> input,
        DeviceMoeRouter router,
        DeviceBuffer<T> output,
        CudaStream stream,
        DeviceBuffer<byte>? workspace = null,
        DeviceBuffer<int>? numTokensOnDevice = null) => Route(input, null, router, output, stream, workspace, numTokensOnDevice);

    /// <summary>Enqueues the layer, choosing experts and scales from router logits by a router, whose weight and bias are not used.</summary>
    /// <param name="input">[T, H].</param>
    /// <param name="routerLogits">fp32 [T, E] of the E routed experts; its bias already added.</param>
    /// <param name="router">As in <c>ForwardBlock</c>, like all that follow.</param>
    /// <param name="output">[T, H]; every row is written.</param>
    /// <param name="stream">The stream that all kernels are enqueued on.</param>
    /// <param name="workspace">At least <see cref="GetBlockWorkspaceBytes"/> bytes, or null.</param>
    /// <param name="numTokensOnDevice">One int on the device, or null.</param>
    /// <exception cref="ArgumentException">A buffer has a wrong length, device or alignment, or router and layer do not fit each other; nothing was launched.</exception>
    /// <exception cref="InvalidOperationException">The layer runs on the managed backend, or is configured with <see cref="RoutingMethod.Preselected"/>.</exception>
    public void ForwardFromLogits(
        DeviceBuffer<T> input,
        DeviceBuffer<float> routerLogits,
        DeviceMoeRouter router,
        DeviceBuffer<T> output,
        CudaStream stream,
        DeviceBuffer<byte>? workspace = null,
        DeviceBuffer<int>? numTokensOnDevice = null)
    {
        ArgumentNullException.ThrowIfNull(routerLogits);
        Route(input, routerLogits, router, output, stream, workspace, numTokensOnDevice);
    }

    /// <summary>Captures <c>ForwardBlock</c> on these buffers into a graph that owns its workspace.</summary>
    /// <remarks>Arguments as in <c>ForwardBlock</c>; nothing is run. The graph refers to buffers and router, and cannot be launched once one of them is disposed.</remarks>
    public MoeGraph CaptureForwardBlock(
        DeviceBuffer<T> input, DeviceMoeRouter router, DeviceBuffer<T> output, CudaStream stream, DeviceBuffer<int>? numTokensOnDevice = null) =>
        CaptureRoute(input, null, router, output, stream, numTokensOnDevice);

    /// <summary>Captures <c>ForwardFromLogits</c> with a router on these buffers into a graph that owns its workspace.</summary>
    /// <remarks>Arguments as in <c>ForwardFromLogits</c>; nothing is run. The graph refers to buffers and router, and cannot be launched once one of them is disposed.</remarks>
    public MoeGraph CaptureForwardFromLogits(
        DeviceBuffer<T> input,
        DeviceBuffer<float> routerLogits,
        DeviceMoeRouter router,
        DeviceBuffer<T> output,
        CudaStream stream,
        DeviceBuffer<int>? numTokensOnDevice = null)
    {
        ArgumentNullException.ThrowIfNull(routerLogits);
        return CaptureRoute(input, routerLogits, router, output, stream, numTokensOnDevice);
    }

    /// <summary>Exact bytes of the workspace of a block with T = <paramref name="numTokens"/>, enough for a call from logits too; 0 on the managed backend.</summary>
    public long GetBlockWorkspaceBytes(int numTokens, DeviceMoeRouter router)
    {
        ArgumentNullException.ThrowIfNull(router);
        LayerChecks.CheckCounts(numTokens, router.SlotsPerToken);
        return _cuda?.Kernels.GetWorkspaceBytes(Shape, numTokens, router.SlotsPerToken, router.Bind()) ?? 0;
    }

    private void Route(
        DeviceBuffer<T> input,
        DeviceBuffer<float>? routerLogits,
        DeviceMoeRouter router,
        DeviceBuffer<T> output,
        CudaStream stream,
        DeviceBuffer<byte>? workspace,
        DeviceBuffer<int>? numTokensOnDevice)
    {
        CudaLayer<TSelf, T> cuda = RequireCuda(stream);
        CudaWeights<T> weights = cuda.Weights;
        CudaCall<T> call = CallChecks.Check(TSelf.Descriptor, cuda.Kernels.Context, weights, input, routerLogits, router, output, numTokensOnDevice);
        using var holds = new HandleHolds();
        holds.Add(input.Resource);
        holds.Add(routerLogits?.Resource);
        holds.Add(router.Memory.Resource);
        holds.Add(output.Resource);
        holds.Add(numTokensOnDevice?.Resource);
        holds.Add(cuda.CallersMemory);
        cuda.Kernels.Forward(WithGemms(call), weights, stream, workspace);
    }

    private MoeGraph CaptureRoute(
        DeviceBuffer<T> input, DeviceBuffer<float>? routerLogits, DeviceMoeRouter router, DeviceBuffer<T> output, CudaStream stream, DeviceBuffer<int>? numTokensOnDevice)
    {
        CudaLayer<TSelf, T> cuda = RequireCuda(stream);
        CudaWeights<T> weights = cuda.Weights;
        CudaCall<T> call = CallChecks.Check(TSelf.Descriptor, cuda.Kernels.Context, weights, input, routerLogits, router, output, numTokensOnDevice);
        return cuda.Kernels.Capture(WithGemms(call), weights, stream, [input, routerLogits, router.Memory, output, numTokensOnDevice, .. cuda.WeightBuffers]);
    }
}
