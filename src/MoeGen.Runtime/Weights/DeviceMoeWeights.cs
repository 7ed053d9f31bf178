namespace MoeGen;

/// <summary>
/// The weights of one layer in device memory: fc1 [E, 2I, H] (gated) or [E, I, H] (plain), fc2 [E, H, I], row-major, and what
/// may come with them. Buffers belong to the caller, unless <see cref="Upload"/> made them.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class DeviceMoeWeights<T> : IDisposable
    where T : unmanaged
{
    private IDisposable[] _owned = [];

    /// <summary>Uses buffers that the caller owns and keeps alive; lengths are checked when a layer takes them.</summary>
    /// <param name="shape">E, H and I.</param>
    /// <param name="fc1Layout">Row order of fc1; <see cref="Fc1Layout.Plain"/> says that there is no gate.</param>
    /// <param name="fc1ExpertWeights">[E, 2I, H] or, plain, [E, I, H].</param>
    /// <param name="fc2ExpertWeights">[E, H, I].</param>
    public DeviceMoeWeights(MoeShape shape, Fc1Layout fc1Layout, DeviceBuffer<T> fc1ExpertWeights, DeviceBuffer<T> fc2ExpertWeights)
    {
        ArgumentNullException.ThrowIfNull(fc1ExpertWeights);
        ArgumentNullException.ThrowIfNull(fc2ExpertWeights);
        Fc1Rows = Fc1RowMap.For(fc1Layout, shape.IntermediateSize);
        Shape = shape;
        Fc1Layout = fc1Layout;
        Fc1ExpertWeights = fc1ExpertWeights;
        Fc2ExpertWeights = fc2ExpertWeights;
    }

    /// <summary>E, H and I.</summary>
    public MoeShape Shape { get; }

    /// <summary>Row order of fc1.</summary>
    public Fc1Layout Fc1Layout { get; }

    /// <summary>[E, 2I, H] or, plain, [E, I, H].</summary>
    public DeviceBuffer<T> Fc1ExpertWeights { get; }

    /// <summary>[E, H, I].</summary>
    public DeviceBuffer<T> Fc2ExpertWeights { get; }

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
    public CudaContext Context => Fc1ExpertWeights.Context;

    /// <summary>Whether a layer can no longer use them.</summary>
    internal bool IsDisposed =>
        Fc1ExpertWeights.IsDisposed || Fc2ExpertWeights.IsDisposed || Fc1ExpertBiases is { IsDisposed: true } || Fc2ExpertBiases is { IsDisposed: true }
        || SwigluAlpha is { IsDisposed: true } || SwigluBeta is { IsDisposed: true } || SwigluLimit is { IsDisposed: true };

    internal Fc1RowMap Fc1Rows { get; }

    /// <summary>All that there are.</summary>
    internal IEnumerable<IDeviceMemory> Buffers => new IDeviceMemory?[]
        { Fc1ExpertWeights, Fc2ExpertWeights, Fc1ExpertBiases, Fc2ExpertBiases, SwigluAlpha, SwigluBeta, SwigluLimit }.OfType<IDeviceMemory>();

    /// <summary>Copies host weights to the device, expert by expert; waits until they are there.</summary>
    public static DeviceMoeWeights<T> Upload(CudaContext context, MoeWeights<T> weights)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(weights);
        var owned = new List<IDisposable>();
        try
        {
            var uploaded = new DeviceMoeWeights<T>(
                weights.Shape, weights.Fc1Layout, CopyExperts(context, weights.Fc1ExpertWeights, owned), CopyExperts(context, weights.Fc2ExpertWeights, owned))
            {
                Fc1ExpertBiases = Copy(context, weights.Fc1ExpertBiases, owned),
                Fc2ExpertBiases = Copy(context, weights.Fc2ExpertBiases, owned),
                SwigluAlpha = Copy(context, weights.SwigluAlpha, owned),
                SwigluBeta = Copy(context, weights.SwigluBeta, owned),
                SwigluLimit = Copy(context, weights.SwigluLimit, owned),
                LocalExperts = weights.LocalExperts,
            };
            return uploaded.Owning(owned);
        }
        catch
        {
            owned.ForEach(buffer => buffer.Dispose());
            throw;
        }
    }

    /// <summary>
    /// Frees the buffers that <see cref="Upload"/> allocated, once the device is done with them. A layer that still has them throws
    /// <see cref="ObjectDisposedException"/> in later calls; a call just being enqueued keeps them until it is.
    /// </summary>
    public void Dispose() => Array.ForEach(Interlocked.Exchange(ref _owned, []), buffer => buffer.Dispose());

    /// <summary>Makes these the buffers that <see cref="Dispose"/> frees.</summary>
    internal DeviceMoeWeights<T> Owning(IEnumerable<IDisposable> buffers)
    {
        _owned = [.. buffers];
        return this;
    }

    private static DeviceBuffer<T> CopyExperts(CudaContext context, IReadOnlyList<ReadOnlyMemory<T>> experts, List<IDisposable> owned)
    {
        DeviceBuffer<T> buffer = context.Allocate<T>((long)experts.Count * experts[0].Length);
        owned.Add(buffer);
        for (int expert = 0; expert < experts.Count; expert++)
        {
            buffer.CopyFrom((long)expert * experts[expert].Length, experts[expert].Span);
        }

        return buffer;
    }

    private static DeviceBuffer<TElement>? Copy<TElement>(CudaContext context, ReadOnlyMemory<TElement> values, List<IDisposable> owned)
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
