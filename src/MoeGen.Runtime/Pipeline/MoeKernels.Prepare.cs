namespace MoeGen;

/// <content>Compiling and loading, ahead of calls and by them.</content>
public sealed partial class MoeKernels<TSelf, T>
{
    /// <summary>
    /// Compiles and loads all that any call may need on this device, several parts of the text at a time, so that no later call
    /// waits for the compiler and every size can be captured. <see cref="Dispose()"/> ends it after the parts under way.
    /// </summary>
    /// <param name="cancellationToken">Ends it after the parts under way.</param>
    /// <exception cref="CudaCompilationException">A part does not compile.</exception>
    /// <exception cref="InvalidOperationException">The calling thread is capturing a graph.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Prepare(CancellationToken cancellationToken = default) => PrepareAsync(cancellationToken).GetAwaiter().GetResult();

    /// <summary>As <see cref="Prepare(CancellationToken)"/>, on threads of the pool, which keep no process alive. Calls may run meanwhile.</summary>
    /// <exception cref="InvalidOperationException">The calling thread is capturing a graph.</exception>
    public Task PrepareAsync(CancellationToken cancellationToken = default)
    {
        if (Context.Captures.IsCapturingHere)
        {
            throw new InvalidOperationException("This thread is capturing a graph, when nothing can be compiled or loaded; call Prepare before the capture.");
        }

        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        return Parallel.ForEachAsync(_variants.Runnable, options, (part, _) =>
        {
            Load(part, stream: null);
            return ValueTask.CompletedTask;
        });
    }

    /// <summary>Compiles and loads what calls of this size need.</summary>
    /// <param name="shape">E, H and I.</param>
    /// <param name="numTokens">T.</param>
    /// <param name="topK">K.</param>
    /// <exception cref="CudaCompilationException">The variant does not compile.</exception>
    /// <exception cref="InvalidOperationException">The calling thread is capturing a graph.</exception>
    public void Prepare(MoeShape shape, int numTokens, int topK)
    {
        LayerChecks.CheckCounts(numTokens, topK);
        foreach (KernelPart part in _variants.Of(Pipeline.SelectVariant(shape, numTokens, topK)))
        {
            Load(part, stream: null);
        }
    }

    internal MoeGraph Capture(CudaCall<T> call, CudaWeights<T> weights, CudaStream stream, params IDeviceMemory?[] uses)
    {
        DeviceBuffer<byte> workspace = Context.Allocate<byte>(GetWorkspaceBytes(weights.Shape, call.NumTokens, call.TopK, call.Router));
        try
        {
            Load(call, weights.Shape, stream);
            CudaGraph graph = stream.Capture(() => Forward(call, weights, stream, workspace, hasCounters: true));
            try
            {
                workspace.Slice(0, WorkspaceLayout.CounterBytes).CopyFrom(new byte[WorkspaceLayout.CounterBytes]);
            }
            catch
            {
                graph.Dispose();
                throw;
            }

            return new MoeGraph(graph, workspace, _calls, uses);
        }
        catch
        {
            workspace.Dispose();
            throw;
        }
    }

    private void Load(KernelPart part, CudaStream? stream)
    {
        _calls.Enter();
        try
        {
            part.Load(stream);
        }
        finally
        {
            _calls.Exit();
        }
    }

    private void Load(in CudaCall<T> call, MoeShape shape, CudaStream stream)
    {
        _calls.Enter();
        try
        {
            Load(call, Pipeline.SelectVariant(shape, call.NumTokens, call.TopK), stream);
        }
        finally
        {
            _calls.Exit();
        }
    }

    // Before the stream is locked: compiling takes a second. GEMMs from outside need no variant.
    private void Load(in CudaCall<T> call, int variant, CudaStream stream)
    {
        if (!_variants.IsLoaded(variant) && ((call.Gemm1 ?? Cublas) is null || (call.Gemm2 ?? Cublas) is null))
        {
            foreach (KernelPart part in _variants.Of(variant))
            {
                part.Load(stream);
            }
        }
    }
}
