using MoeGen.Native;

namespace MoeGen;

/// <summary>The kernels of one generated class on one device, without weights: compiled, loaded, ready to launch.</summary>
/// <typeparam name="TSelf">The annotated class.</typeparam>
/// <typeparam name="T">Element type: <see cref="BFloat16"/> or <see cref="Half"/>.</typeparam>
public sealed partial class MoeKernels<TSelf, T> : IDisposable
    where TSelf : IMoeDescriptor<TSelf, T>
    where T : unmanaged
{
    private readonly CudaModule _module;
    private readonly WorkspaceArenas _arenas;
    private readonly CallGate _calls;

    private MoeKernels(CudaModule module, CachedKernel compiled, VariantSelector selector)
    {
        _module = module;
        Compiled = compiled;
        Pipeline = new CudaPipeline<T>(TSelf.CreateLaunchers(module), TSelf.Descriptor, selector);
        Cublas = TSelf.Descriptor.Gemm == Gemm.Cublas ? new CublasGroupedGemm<T>(module.Context) : null;
        _arenas = new WorkspaceArenas(module.Context);
        _calls = new CallGate(this);
    }

    /// <summary>The device.</summary>
    public CudaContext Context => _module.Context;

    /// <summary>What was compiled, and whether it came from the cache.</summary>
    public CachedKernel Compiled { get; }

    internal CudaPipeline<T> Pipeline { get; }

    /// <summary>The GEMMs of a class with <c>Gemm = Cublas</c>, unless a call brings its own; null elsewhere.</summary>
    internal CublasGroupedGemm<T>? Cublas { get; }

    /// <summary>Compiles the class's text, or finds it in the cache, and loads it.</summary>
    /// <exception cref="NotSupportedException">The device is older than 8.0, a pinned tile exceeds its shared memory, or the layer has no GPU kernels.</exception>
    /// <exception cref="CudaLibraryNotFoundException">NVRTC is missing, or cuBLAS where <c>Gemm = Cublas</c>.</exception>
    public static MoeKernels<TSelf, T> Load(CudaContext context, MoeCudaOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        RequireDevice(context);
        var selector = new VariantSelector(TSelf.Descriptor, context, options?.Variant);
        CachedKernel compiled = (options?.Cache ?? new KernelCache()).GetOrCompile(TSelf.CudaSource, TSelf.Descriptor.Name, context.ComputeCapability);
        CudaModule loaded = CudaModule.Load(context, compiled.Kernel);
        try
        {
            return new MoeKernels<TSelf, T>(loaded, compiled, selector);
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    /// <summary>The GEMM variant that a call of this size runs.</summary>
    public GemmVariant VariantFor(MoeShape shape, int numTokens, int topK)
    {
        LayerChecks.CheckCounts(numTokens, topK);
        return Pipeline.VariantAt(Pipeline.SelectVariant(shape, numTokens, topK));
    }

    /// <summary>Exact bytes of the workspace of a call.</summary>
    public long GetWorkspaceBytes(MoeShape shape, int numTokens, int topK)
    {
        LayerChecks.CheckCounts(numTokens, topK);
        return Pipeline.Layout(shape, numTokens, topK, Pipeline.SelectVariant(shape, numTokens, topK)).TotalBytes;
    }

    /// <summary>
    /// Unloads the kernels and frees the workspaces. Later calls throw <see cref="ObjectDisposedException"/>; calls in progress on
    /// other threads are waited for, and so is all work on the device. Inside a call, as in a GEMM of the caller's own, it returns
    /// at once, and the end of the call releases.
    /// </summary>
    public void Dispose() => Dispose(static () => { });

    /// <summary>Throws where the device cannot run the class; costs nothing.</summary>
    internal static void RequireDevice(CudaContext context)
    {
        MoeDescriptor descriptor = TSelf.Descriptor;
        if (descriptor.Variants.Count == 0)
        {
            throw new NotSupportedException($"{descriptor.Name} ({descriptor.Dtype}) has no GPU kernels; it runs on the managed backend only.");
        }

        GpuArchitecture.For(context.ComputeCapability, context.SharedMemoryPerBlockOptin).Require(descriptor, context);
    }

    /// <summary>As <see cref="Dispose()"/>; <paramref name="release"/> frees what the calls use besides.</summary>
    internal void Dispose(Action release) => _calls.Close(
        () =>
        {
            Cublas?.Dispose();
            _arenas.Dispose();
            release();

            // Last, because all of the above waits for the work on the device too.
            _module.Dispose();
        },
        mayWait: !Context.Captures.IsCapturingHere);

    /// <summary>
    /// Enqueues a checked call. The caller holds its buffers; another thread's call on the same stream is enqueued before or
    /// after this one, never between its launches.
    /// </summary>
    internal void Forward(in CudaCall<T> call, in CudaWeights<T> weights, CudaStream stream, DeviceBuffer<byte>? workspace)
    {
        if (call.NumTokens == 0)
        {
            return;
        }

        _calls.Enter();
        try
        {
            using var hold = new HandleHold(workspace?.Resource);
            lock (stream.Gate.Enqueueing)
            {
                Enqueue(BeginGemms(call, stream), weights, stream, workspace);
            }
        }
        finally
        {
            _calls.Exit();
        }
    }

    internal MoeGraph Capture(CudaCall<T> call, CudaWeights<T> weights, CudaStream stream, params IDeviceMemory?[] uses)
    {
        DeviceBuffer<byte> workspace = Context.Allocate<byte>(GetWorkspaceBytes(weights.Shape, call.NumTokens, call.TopK));
        try
        {
            return new MoeGraph(stream.Capture(() => Forward(call, weights, stream, workspace)), workspace, _calls, uses);
        }
        catch
        {
            workspace.Dispose();
            throw;
        }
    }

    private void Enqueue(in CudaCall<T> call, in CudaWeights<T> weights, CudaStream stream, DeviceBuffer<byte>? workspace)
    {
        int variant = Pipeline.SelectVariant(weights.Shape, call.NumTokens, call.TopK);
        WorkspaceLayout layout = Pipeline.Layout(weights.Shape, call.NumTokens, call.TopK, variant);
        if (workspace is null)
        {
            workspace = _arenas.Get(stream, layout.TotalBytes);
        }
        else
        {
            CheckWorkspace(workspace, layout.TotalBytes);
        }

        Pipeline.Enqueue(call, weights, variant, layout, workspace.Pointer.Address, stream);
    }

    // Before anything is enqueued or allocated, so that a plug-in can refuse the call.
    private CudaCall<T> BeginGemms(in CudaCall<T> call, CudaStream stream)
    {
        CudaCall<T> begun = call with { Gemm1 = call.Gemm1 ?? Cublas, Gemm2 = call.Gemm2 ?? Cublas };
        begun.Gemm1?.BeginCall(stream);
        if (!ReferenceEquals(begun.Gemm1, begun.Gemm2))
        {
            begun.Gemm2?.BeginCall(stream);
        }

        return begun;
    }

    private void CheckWorkspace(DeviceBuffer<byte> workspace, long required)
    {
        if (workspace.Length < required)
        {
            throw new ArgumentException($"workspace has {workspace.Length} bytes; this call needs {required} (GetWorkspaceBytes).", nameof(workspace));
        }

        BufferChecks.Check(workspace, workspace.Length, Context, nameof(workspace), "its own length");
    }
}
