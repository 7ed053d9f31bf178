namespace MoeGen;

/// <summary>
/// A Mixture-of-Experts layer: <c>out[t] = sum over k of scale[t,k] * (fc2[e] . act(fc1[e] . x[t]))</c> with
/// <c>e = tokenSelectedExperts[t,k]</c>. The base of every annotated class; the constructor chooses the backend.
/// </summary>
/// <remarks>
/// T tokens, E experts, K experts per token (1 to 32), H hidden size, I intermediate size. T and K follow from the lengths of
/// the arguments. Ids outside 0..E-1 contribute nothing, and the row of a token without a valid id is zero.
/// </remarks>
/// <typeparam name="TSelf">The annotated class.</typeparam>
/// <typeparam name="T">Element type: <see cref="BFloat16"/>, <see cref="Half"/> or <see cref="float"/>.</typeparam>
public abstract partial class MoeLayer<TSelf, T> : IDisposable
    where TSelf : MoeLayer<TSelf, T>, IMoeDescriptor<TSelf, T>
    where T : unmanaged
{
    private readonly CudaLayer<TSelf, T>? _cuda;
    private readonly HostLayer<T>? _managed;
    private volatile bool _disposed;

    /// <summary>Runs on the device of <paramref name="context"/>; uploads the weights and frees them with the layer.</summary>
    protected MoeLayer(CudaContext context, MoeWeights<T> weights, MoeCudaOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(weights);
        WeightChecks.CheckConfiguration(TSelf.Descriptor, weights.Shape, weights.Fc1Layout);
        MoeKernels<TSelf, T>.RequireDevice(context);  // before gigabytes are copied
        DeviceMoeWeights<T> deviceWeights = DeviceMoeWeights<T>.Upload(context, weights);
        (_cuda, _own) = (Own(context, deviceWeights, options), new OwnGemm(this));
    }

    /// <summary>Runs on the device of <paramref name="context"/>, which holds <paramref name="weights"/>; the caller keeps them alive and frees them.</summary>
    protected MoeLayer(CudaContext context, DeviceMoeWeights<T> weights, MoeCudaOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(weights);
        _cuda = new CudaLayer<TSelf, T>(context, weights, ownsSource: false, options);
        _own = new OwnGemm(this);
    }

    /// <summary>As with <see cref="MoeWeights{T}"/>, where the class is generated for quantised weights.</summary>
    protected MoeLayer(CudaContext context, QuantizedMoeWeights<T> weights, MoeCudaOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(weights);
        WeightChecks.CheckConfiguration(TSelf.Descriptor, weights.Shape, weights.Fc1Layout);
        WeightChecks.CheckFormat(TSelf.Descriptor, weights.Format, weights.GroupSize, weights.HasZeroPoints);
        MoeKernels<TSelf, T>.RequireDevice(context);
        DeviceQuantizedMoeWeights<T> deviceWeights = DeviceQuantizedMoeWeights<T>.Upload(context, weights);
        (_cuda, _own) = (Own(context, deviceWeights, options), new OwnGemm(this));
    }

    /// <summary>As with <see cref="DeviceMoeWeights{T}"/>, where the class is generated for quantised weights.</summary>
    protected MoeLayer(CudaContext context, DeviceQuantizedMoeWeights<T> weights, MoeCudaOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(weights);
        _cuda = new CudaLayer<TSelf, T>(context, weights, ownsSource: false, options);
        _own = new OwnGemm(this);
    }

    /// <summary>Runs on the CPU.</summary>
    protected MoeLayer(ManagedBackend backend, MoeWeights<T> weights)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(weights);
        _managed = new HostLayer<T>(TSelf.Descriptor, backend, weights);
    }

    /// <summary>Runs on the CPU, where the class is generated for quantised weights.</summary>
    protected MoeLayer(ManagedBackend backend, QuantizedMoeWeights<T> weights)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(weights);
        _managed = new HostLayer<T>(TSelf.Descriptor, backend, weights);
    }

    /// <summary>Where the layer runs.</summary>
    public MoeBackend Backend => _cuda is null ? MoeBackend.Managed : MoeBackend.Cuda;

    /// <summary>The device; null on the managed backend.</summary>
    public CudaContext? Context => _cuda?.Kernels.Context;

    /// <summary>The device, and on a GPU what was compiled for it and by whom; for logs.</summary>
    public string BackendDescription => Compiled is not { Kernel: var kernel }
        ? _managed!.Backend.ToString()
        : $"{Context}, {kernel.Kind} for {kernel.Architecture} by NVRTC {kernel.NvrtcVersion}{(_cuda!.Kernels.Cublas is { } cublas ? $", cuBLAS {cublas.Version}" : "")}";

    /// <summary>E, H and I.</summary>
    public MoeShape Shape => _cuda?.Shape ?? _managed!.Weights.Shape;

    /// <summary>The compiled kernels that every call runs and how they were obtained; null on the managed backend.</summary>
    public CachedKernel? Compiled => _cuda?.Kernels.Compiled;

    /// <summary>The same of all parts of the text that have been loaded so far; empty on the managed backend.</summary>
    public IReadOnlyList<CachedKernel> CompiledParts => _cuda?.Kernels.CompiledParts ?? [];

    internal CudaPipeline<T>? Pipeline => _cuda?.Kernels.Pipeline;

    private int NumGlobalExperts => _cuda?.Weights.NumGlobalExperts ?? _managed!.NumGlobalExperts;

    /// <summary>Exact bytes of the workspace of a call with T = <paramref name="numTokens"/> and K = <paramref name="topK"/>; 0 on the managed backend.</summary>
    public long GetWorkspaceBytes(int numTokens, int topK)
    {
        LayerChecks.CheckCounts(numTokens, topK);
        return _cuda?.Kernels.GetWorkspaceBytes(Shape, numTokens, topK) ?? 0;
    }

    /// <summary>
    /// Frees kernels, workspaces and uploaded weights. Later calls throw <see cref="ObjectDisposedException"/>; calls in progress on
    /// other threads are waited for, and so is all work on the device. Throws nothing, also after an error that has made the device unusable.
    /// </summary>
    public void Dispose()
    {
        _disposed = true;
        _cuda?.Dispose();
        GC.SuppressFinalize(this);
    }

    private static CudaLayer<TSelf, T> Own(CudaContext context, DeviceExpertWeights<T> uploaded, MoeCudaOptions? options)
    {
        try
        {
            return new CudaLayer<TSelf, T>(context, uploaded, ownsSource: true, options);
        }
        catch
        {
            uploaded.Dispose();
            throw;
        }
    }

    private CudaLayer<TSelf, T> RequireCuda(CudaStream stream)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        CudaLayer<TSelf, T> cuda = _cuda ?? throw new InvalidOperationException(
            $"{TSelf.Descriptor.Name} runs on the {_managed!.Backend}; device buffers need a layer made with a CudaContext. Call Forward with spans.");
        ArgumentNullException.ThrowIfNull(stream);
        BufferChecks.CheckDevice(stream.Context, cuda.Kernels.Context, nameof(stream));
        cuda.Kernels.Context.ThrowIfLost();
        return cuda;
    }
}
