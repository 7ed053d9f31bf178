namespace MoeGen;

/// <summary>
/// What the weights of a layer in device memory have in common, whatever their format: sizes, fc1's row order, and what may come with
/// them. Buffers belong to the caller, unless an upload made them.
/// </summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
public abstract class DeviceExpertWeights<T> : IDisposable
    where T : unmanaged
{
    private IDisposable[] _owned = [];
    private IDeviceMemory[]? _buffers;

    private protected DeviceExpertWeights(MoeShape shape, Fc1Layout fc1Layout)
    {
        Fc1Rows = Fc1RowMap.For(fc1Layout, shape.IntermediateSize);
        Shape = shape;
        Fc1Layout = fc1Layout;
    }

    /// <summary>E, H and I.</summary>
    public MoeShape Shape { get; }

    /// <summary>Row order of fc1.</summary>
    public Fc1Layout Fc1Layout { get; }

    /// <summary>[E, 2I] or, plain, [E, I], in the order of fc1's rows; null means none.</summary>
    public DeviceBuffer<T>? Fc1ExpertBiases { get; init; }

    /// <summary>[E, H]; null means none.</summary>
    public DeviceBuffer<T>? Fc2ExpertBiases { get; init; }

    /// <summary>alpha of each expert, fp32 [E]; null means the attribute's constant, as for the next two.</summary>
    public DeviceBuffer<float>? SwigluAlpha { get; init; }

    /// <summary>beta of each expert, fp32 [E].</summary>
    public DeviceBuffer<float>? SwigluBeta { get; init; }

    /// <summary>Limit of each expert, fp32 [E].</summary>
    public DeviceBuffer<float>? SwigluLimit { get; init; }

    /// <summary>Which of all devices' experts these are; null: all, so that ids are local.</summary>
    public LocalExperts? LocalExperts { get; init; }

    /// <summary>The device that holds them.</summary>
    public abstract CudaContext Context { get; }

    /// <summary>Whether a layer can no longer use them. Every call asks, so it allocates nothing.</summary>
    internal bool IsDisposed
    {
        get
        {
            foreach (IDeviceMemory buffer in Buffers)
            {
                if (buffer.IsDisposed)
                {
                    return true;
                }
            }

            return false;
        }
    }

    internal Fc1RowMap Fc1Rows { get; }

    /// <summary>All that there are.</summary>
    internal IDeviceMemory[] Buffers => _buffers ??=
    [
        .. Matrices,
        .. new IDeviceMemory?[] { Fc1ExpertBiases, Fc2ExpertBiases, SwigluAlpha, SwigluBeta, SwigluLimit }.OfType<IDeviceMemory>(),
    ];

    /// <summary>Codes or values of both matrices, and what tells how to read them.</summary>
    private protected abstract IEnumerable<IDeviceMemory> Matrices { get; }

    /// <summary>Throws where the weights do not fit the configuration or the device.</summary>
    internal abstract void Check(MoeDescriptor descriptor, CudaContext context);

    /// <summary>The pointers that the pipeline reads; <paramref name="map"/> is the placement of the experts on the device.</summary>
    internal virtual CudaWeights<T> Bind(DeviceBuffer<int>? map) => new()
    {
        Shape = Shape,
        Fc1Rows = Fc1Rows,
        LocalExperts = new LocalExpertArguments
        {
            Map = map?.Pointer ?? default,
            First = LocalExperts?.First ?? 0,
            NumGlobal = LocalExperts?.NumGlobalExperts ?? Shape.NumExperts,
            NumLocal = Shape.NumExperts,
        },
        NumGlobalExperts = LocalExperts?.NumGlobalExperts ?? Shape.NumExperts,
        Fc1ExpertBiases = Fc1ExpertBiases?.Pointer ?? default,
        Fc2ExpertBiases = Fc2ExpertBiases?.Pointer ?? default,
        SwigluAlpha = SwigluAlpha?.Pointer ?? default,
        SwigluBeta = SwigluBeta?.Pointer ?? default,
        SwigluLimit = SwigluLimit?.Pointer ?? default,
    };

    /// <summary>
    /// Frees the buffers that an upload allocated, once the device is done with them. A layer that still has them throws
    /// <see cref="ObjectDisposedException"/> in later calls; a call just being enqueued keeps them until it is.
    /// </summary>
    public void Dispose()
    {
        Array.ForEach(Interlocked.Exchange(ref _owned, []), buffer => buffer.Dispose());
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes these the buffers that <see cref="Dispose"/> frees.</summary>
    private protected void Own(IEnumerable<IDisposable> buffers) => _owned = [.. buffers];

    /// <summary>Null for none.</summary>
    private protected static DeviceBuffer<TElement>? Copy<TElement>(CudaContext context, ReadOnlyMemory<TElement> values, List<IDisposable> owned)
        where TElement : unmanaged
    {
        if (values.IsEmpty)
        {
            return null;
        }

        DeviceBuffer<TElement> buffer = context.Allocate<TElement>(values.Length);
        owned.Add(buffer);
        buffer.CopyFrom(values.Span);
        return buffer;
    }
}
