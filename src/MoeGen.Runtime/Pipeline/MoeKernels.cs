using MoeGen.Native;

namespace MoeGen;

/// <summary>The kernels of one generated class on one device, without weights: compiled, loaded, ready to launch.</summary>
/// <typeparam name="TSelf">The annotated class.</typeparam>
/// <typeparam name="T">Element type: <see cref="BFloat16"/> or <see cref="Half"/>.</typeparam>
public sealed partial class MoeKernels<TSelf, T> : IDisposable
    where TSelf : IMoeDescriptor<TSelf, T>
    where T : unmanaged
{
    private readonly KernelParts _parts;
    private readonly VariantParts _variants;
    private readonly WorkspaceArenas _arenas;
    private readonly CallGate _calls;

    private MoeKernels(KernelParts parts, VariantSelector selector)
    {
        _parts = parts;
        Pipeline = new CudaPipeline<T>(TSelf.CreateLaunchers(parts), TSelf.Descriptor, selector);
        _variants = new VariantParts(parts, selector);
        _variants.Common.Load(stream: null);
        Cublas = TSelf.Descriptor.Gemm == Gemm.Cublas ? new CublasGroupedGemm<T>(parts.Context) : null;
        _arenas = new WorkspaceArenas(parts.Context);
        _calls = new CallGate(this);
    }

    /// <summary>The device.</summary>
    public CudaContext Context => _parts.Context;

    /// <summary>What was compiled of the kernels that every call runs, and whether it came from the cache.</summary>
    public CachedKernel Compiled => _variants.Common.Compiled!;

    /// <summary>The same of all parts of the text that have been loaded so far.</summary>
    public IReadOnlyList<CachedKernel> CompiledParts => [.. _parts.All.Select(part => part.Compiled).OfType<CachedKernel>()];

    internal CudaPipeline<T> Pipeline { get; }

    /// <summary>The GEMMs of a class with <c>Gemm = Cublas</c>, unless a call brings its own; null elsewhere.</summary>
    internal CublasGroupedGemm<T>? Cublas { get; }

    /// <summary>
    /// Compiles what every call needs of the class's text, or finds it in the cache, and loads it. A variant (a tile, or the kernels for
    /// few tokens) follows with the first call that runs it, or with <see cref="Prepare(CancellationToken)"/>.
    /// </summary>
    /// <exception cref="NotSupportedException">The device is older than 8.0, a pinned tile exceeds its shared memory, or the layer has no GPU kernels.</exception>
    /// <exception cref="CudaLibraryNotFoundException">NVRTC is missing, or cuBLAS where <c>Gemm = Cublas</c>.</exception>
    public static MoeKernels<TSelf, T> Load(CudaContext context, MoeCudaOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        RequireDevice(context);
        string textHash = options?.TuningTable is null ? "" : TunedChoices.Hash(TSelf.CudaSource);
        var selector = new VariantSelector(TSelf.Descriptor, context, options?.Variant, options?.TuningTable, textHash);
        KernelCache cache = options?.Cache ?? new KernelCache();
        var parts = new KernelParts(
            context, part => cache.GetOrCompile(TSelf.CudaSource, part.Length == 0 ? TSelf.Descriptor.Name : $"{TSelf.Descriptor.Name}, part {part}", context.ComputeCapability, part));
        try
        {
            return new MoeKernels<TSelf, T>(parts, selector);
        }
        catch
        {
            parts.Dispose();
            throw;
        }
    }

    /// <summary>Each entry of <see cref="MoeCudaOptions.TuningTable"/>, and why it is not used for this class on this device.</summary>
    public IReadOnlyList<TuningMatch> TuningMatches => Pipeline.Selector.Tuned?.Matches ?? [];

    /// <summary>The GEMM variants that a call of this size runs, and why these.</summary>
    public VariantChoice ChoiceFor(MoeShape shape, int numTokens, int topK)
    {
        LayerChecks.CheckCounts(numTokens, topK);
        int variant = Pipeline.Selector.Select(shape, numTokens, topK, out VariantReason reason);
        return Pipeline.Selector.At(variant, reason);
    }

    /// <summary>Exact bytes of the workspace of a call.</summary>
    public long GetWorkspaceBytes(MoeShape shape, int numTokens, int topK)
    {
        LayerChecks.CheckCounts(numTokens, topK);
        return Pipeline.Layout(shape, numTokens, topK, Pipeline.SelectVariant(shape, numTokens, topK)).TotalBytes;
    }

    /// <summary>The same of a call with a router of its own.</summary>
    internal long GetWorkspaceBytes(MoeShape shape, int numTokens, int topK, in CudaRouter? router) =>
        new RouterLayout(Pipeline.Layout(shape, numTokens, topK, Pipeline.SelectVariant(shape, numTokens, topK)), numTokens, router, shape.HiddenSize, Context.MultiprocessorCount).TotalBytes;

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
            _parts.Dispose();
        },
        mayWait: !Context.Captures.IsCapturingHere);

    /// <summary>
    /// Enqueues a checked call. The caller holds its buffers; another thread's call on the same stream is enqueued before or
    /// after this one, never between its launches. <paramref name="measured"/> is the variant that tuning looks at; null: the one chosen.
    /// </summary>
    internal void Forward(
        in CudaCall<T> call, in CudaWeights<T> weights, CudaStream stream, DeviceBuffer<byte>? workspace, int? measured = null, bool hasCounters = false)
    {
        if (call.NumTokens == 0)
        {
            return;
        }

        _calls.Enter();
        try
        {
            using var hold = new HandleHold(workspace?.Resource);
            int variant = measured ?? Pipeline.SelectVariant(weights.Shape, call.NumTokens, call.TopK);
            Load(call, variant, stream);
            lock (stream.Gate.Enqueueing)
            {
                Enqueue(BeginGemms(call, stream), weights, variant, stream, workspace, hasCounters);
            }
        }
        finally
        {
            _calls.Exit();
        }
    }

    private void Enqueue(in CudaCall<T> call, in CudaWeights<T> weights, int variant, CudaStream stream, DeviceBuffer<byte>? workspace, bool hasCounters)
    {
        WorkspaceLayout layout = Pipeline.Layout(weights.Shape, call.NumTokens, call.TopK, variant);
        long bytes = new RouterLayout(layout, call.NumTokens, call.Router, weights.Shape.HiddenSize, Context.MultiprocessorCount).TotalBytes;
        if (workspace is null)
        {
            workspace = _arenas.Get(stream, bytes);
        }
        else
        {
            CheckWorkspace(workspace, bytes);
            bool selectsAndSorts = call.Router is { } router && variant != Pipeline.Selector.DecodeIndex && RouterStages.AreFused(call.NumTokens, router);
            int zeroBytes = selectsAndSorts ? WorkspaceLayout.SelectionZeroBytes : layout.ZeroBytes;
            if (!hasCounters && zeroBytes > 0)
            {
                // What the caller's memory held before is unknown.
                workspace.FillFirst(zeroBytes, 0, stream);
            }
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
            throw new ArgumentException($"workspace has {workspace.Length} bytes; this call needs {required} (GetWorkspaceBytes, with a router GetBlockWorkspaceBytes).", nameof(workspace));
        }

        BufferChecks.Check(workspace, workspace.Length, Context, nameof(workspace), "its own length");
    }
}
