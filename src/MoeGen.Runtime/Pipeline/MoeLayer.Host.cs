namespace MoeGen;

/// <content>
/// Calls on host memory: the same on both backends. On a GPU they copy in, run, copy out and wait; serving code keeps its
/// data in device buffers instead.
/// </content>
public abstract partial class MoeLayer<TSelf, T>
{
    /// <summary>Runs the layer for given experts and scales.</summary>
    /// <param name="input">[T, H].</param>
    /// <param name="tokenSelectedExperts">Expert ids, [T, K].</param>
    /// <param name="tokenFinalScales">fp32 [T, K]; empty means 1.</param>
    /// <param name="output">[T, H]; every row is written.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    /// <exception cref="InvalidOperationException">The layer is configured to route from logits.</exception>
    public void Forward(ReadOnlySpan<T> input, ReadOnlySpan<int> tokenSelectedExperts, ReadOnlySpan<float> tokenFinalScales, Span<T> output)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Context?.ThrowIfLost();
        LayerChecks.CheckRouting(TSelf.Descriptor, fromLogits: false);
        int numTokens = CheckHost(input, output);
        int topK = LayerChecks.CountTopK(tokenSelectedExperts.Length, numTokens);
        if (!tokenFinalScales.IsEmpty && tokenFinalScales.Length != tokenSelectedExperts.Length)
        {
            throw new ArgumentException(
                $"tokenFinalScales has {tokenFinalScales.Length} elements; T * K = {tokenSelectedExperts.Length} are required, or none.", nameof(tokenFinalScales));
        }

        if (numTokens == 0)
        {
            return;
        }

        if (_managed is not null)
        {
            _managed.Forward(input, tokenSelectedExperts, tokenFinalScales, topK, output);
            return;
        }

        CudaContext context = _cuda!.Kernels.Context;
        using CudaStream stream = context.CreateStream();
        using DeviceBuffer<T> deviceInput = Upload(stream, input);
        using DeviceBuffer<int> deviceExperts = Upload(stream, tokenSelectedExperts);
        using DeviceBuffer<float>? deviceScales = tokenFinalScales.IsEmpty ? null : Upload(stream, tokenFinalScales);
        using DeviceBuffer<T> deviceOutput = context.Allocate<T>(output.Length);
        using DeviceBuffer<byte> workspace = context.Allocate<byte>(GetWorkspaceBytes(numTokens, topK));
        Forward(deviceInput, deviceExperts, deviceScales, deviceOutput, stream, workspace);
        deviceOutput.CopyTo(output, stream);
    }

    /// <summary>Runs the layer, choosing experts and scales from router logits by the configured routing.</summary>
    /// <param name="input">[T, H].</param>
    /// <param name="routerLogits">fp32 [T, E].</param>
    /// <param name="topK">K, at most 32 and at most E.</param>
    /// <param name="output">[T, H]; every row is written.</param>
    /// <exception cref="ArgumentException">A length does not fit, or K is out of range.</exception>
    /// <exception cref="InvalidOperationException">The layer is configured with <see cref="RoutingMethod.Preselected"/>.</exception>
    public void ForwardFromLogits(ReadOnlySpan<T> input, ReadOnlySpan<float> routerLogits, int topK, Span<T> output)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Context?.ThrowIfLost();
        LayerChecks.CheckRouting(TSelf.Descriptor, fromLogits: true);
        LayerChecks.CheckRoutedTopK(TSelf.Descriptor, topK, NumGlobalExperts);
        int numTokens = CheckHost(input, output);
        if (routerLogits.Length != (long)numTokens * NumGlobalExperts)
        {
            throw new ArgumentException(
                $"routerLogits has {routerLogits.Length} elements; T * E = {(long)numTokens * NumGlobalExperts} are required.", nameof(routerLogits));
        }

        if (numTokens == 0)
        {
            return;
        }

        if (_managed is not null)
        {
            _managed.ForwardFromLogits(input, routerLogits, topK, output);
            return;
        }

        CudaContext context = _cuda!.Kernels.Context;
        using CudaStream stream = context.CreateStream();
        using DeviceBuffer<T> deviceInput = Upload(stream, input);
        using DeviceBuffer<float> deviceLogits = Upload(stream, routerLogits);
        using DeviceBuffer<T> deviceOutput = context.Allocate<T>(output.Length);
        using DeviceBuffer<byte> workspace = context.Allocate<byte>(GetWorkspaceBytes(numTokens, topK));
        ForwardFromLogits(deviceInput, deviceLogits, topK, deviceOutput, stream, workspace);
        deviceOutput.CopyTo(output, stream);
    }

    private int CheckHost(ReadOnlySpan<T> input, Span<T> output)
    {
        int numTokens = LayerChecks.CountTokens(input.Length, Shape.HiddenSize);
        if (output.Length != input.Length)
        {
            throw new ArgumentException($"output has {output.Length} elements; T * H = {input.Length} are required.", nameof(output));
        }

        return numTokens;
    }

    private static DeviceBuffer<TElement> Upload<TElement>(CudaStream stream, ReadOnlySpan<TElement> values)
        where TElement : unmanaged
    {
        DeviceBuffer<TElement> buffer = stream.Context.Allocate<TElement>(values.Length);
        try
        {
            buffer.CopyFrom(values, stream);
            return buffer;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }
}
