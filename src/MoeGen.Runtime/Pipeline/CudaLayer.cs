using MoeGen.Native;

namespace MoeGen;

/// <summary>A class's kernels bound to one layer's weights on one device.</summary>
/// <typeparam name="TSelf">The annotated class.</typeparam>
/// <typeparam name="T">Element type of the layer.</typeparam>
internal sealed class CudaLayer<TSelf, T> : IDisposable
    where TSelf : IMoeDescriptor<TSelf, T>
    where T : unmanaged
{
    private readonly DeviceExpertWeights<T> _source;
    private readonly DeviceBuffer<int>? _globalToLocal;
    private readonly bool _ownsSource;
    private readonly CudaWeights<T> _weights;
    private readonly CudaResourceHandle[] _callersMemory;

    /// <summary>Checks the weights against the configuration, then compiles and loads.</summary>
    public CudaLayer(CudaContext context, DeviceExpertWeights<T> source, bool ownsSource, MoeCudaOptions? options)
    {
        source.Check(TSelf.Descriptor, context);
        source.LocalExperts?.CheckFits(source.Shape.NumExperts, nameof(source.LocalExperts));
        Kernels = MoeKernels<TSelf, T>.Load(context, options);
        try
        {
            _source = source;
            _ownsSource = ownsSource;
            _globalToLocal = UploadMap(context, source.LocalExperts);
            _weights = source.Bind(_globalToLocal);
            _callersMemory = ownsSource ? [] : [.. source.Buffers.Select(buffer => buffer.Resource).OfType<CudaResourceHandle>()];
        }
        catch
        {
            _globalToLocal?.Dispose();
            Kernels.Dispose();
            throw;
        }
    }

    public MoeKernels<TSelf, T> Kernels { get; }

    public MoeShape Shape => _source.Shape;

    /// <summary>Pointers of the weights.</summary>
    /// <exception cref="ObjectDisposedException">The caller has freed them.</exception>
    public CudaWeights<T> Weights
    {
        get
        {
            ObjectDisposedException.ThrowIf(_source.IsDisposed, _source);
            return _weights;
        }
    }

    /// <summary>What a call holds besides its own arguments, so that weights that the caller frees meanwhile stay until it is enqueued.</summary>
    public ReadOnlySpan<CudaResourceHandle> CallersMemory => _callersMemory;

    /// <summary>What a graph refers to besides its arguments.</summary>
    public IEnumerable<IDeviceMemory> WeightBuffers => _source.Buffers;

    /// <summary>Once no call is in progress, as <see cref="MoeKernels{TSelf, T}.Dispose()"/>.</summary>
    public void Dispose() => Kernels.Dispose(() =>
    {
        _globalToLocal?.Dispose();
        if (_ownsSource)
        {
            _source.Dispose();
        }
    });

    private static DeviceBuffer<int>? UploadMap(CudaContext context, LocalExperts? experts)
    {
        if (experts is null || experts.GlobalToLocal.IsEmpty)
        {
            return null;
        }

        DeviceBuffer<int> buffer = context.Allocate<int>(experts.NumGlobalExperts);
        try
        {
            buffer.CopyFrom(experts.GlobalToLocal.Span);
            return buffer;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }
}
