namespace MoeGen;

/// <summary>The weights of one layer in device memory: fc1 [E, 2I, H] (gated) or [E, I, H] (plain), fc2 [E, H, I], row-major.</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class DeviceMoeWeights<T> : IDisposable
    where T : unmanaged
{
    private readonly bool _ownsBuffers;

    /// <summary>Uses buffers that the caller owns and keeps alive; their lengths must match the shape exactly.</summary>
    /// <param name="shape">E, H and I.</param>
    /// <param name="fc1Layout">Row order of fc1; <see cref="Fc1Layout.Plain"/> says that there is no gate.</param>
    /// <param name="fc1ExpertWeights">[E, 2I, H] or, plain, [E, I, H].</param>
    /// <param name="fc2ExpertWeights">[E, H, I].</param>
    public DeviceMoeWeights(MoeShape shape, Fc1Layout fc1Layout, DeviceBuffer<T> fc1ExpertWeights, DeviceBuffer<T> fc2ExpertWeights)
        : this(shape, fc1Layout, fc1ExpertWeights, fc2ExpertWeights, ownsBuffers: false)
    {
    }

    private DeviceMoeWeights(
        MoeShape shape, Fc1Layout fc1Layout, DeviceBuffer<T> fc1ExpertWeights, DeviceBuffer<T> fc2ExpertWeights, bool ownsBuffers)
    {
        Fc1Rows = Fc1RowMap.For(fc1Layout, shape.IntermediateSize);
        ArgumentNullException.ThrowIfNull(fc1ExpertWeights);
        BufferChecks.Check(fc1ExpertWeights, Fc1Length(shape, fc1Layout), fc1ExpertWeights.Context, nameof(fc1ExpertWeights), "E * rows * H");
        BufferChecks.Check(fc2ExpertWeights, Fc2Length(shape), fc1ExpertWeights.Context, nameof(fc2ExpertWeights), "E * H * I");
        Shape = shape;
        Fc1Layout = fc1Layout;
        Fc1ExpertWeights = fc1ExpertWeights;
        Fc2ExpertWeights = fc2ExpertWeights;
        _ownsBuffers = ownsBuffers;
    }

    /// <summary>E, H and I.</summary>
    public MoeShape Shape { get; }

    /// <summary>Row order of fc1.</summary>
    public Fc1Layout Fc1Layout { get; }

    /// <summary>[E, 2I, H] or, plain, [E, I, H].</summary>
    public DeviceBuffer<T> Fc1ExpertWeights { get; }

    /// <summary>[E, H, I].</summary>
    public DeviceBuffer<T> Fc2ExpertWeights { get; }

    /// <summary>The device that holds them.</summary>
    public CudaContext Context => Fc1ExpertWeights.Context;

    internal Fc1RowMap Fc1Rows { get; }

    /// <summary>Copies host weights to the device, expert by expert; waits until they are there.</summary>
    public static DeviceMoeWeights<T> Upload(CudaContext context, MoeWeights<T> weights)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(weights);
        DeviceBuffer<T>? fc1 = null;
        DeviceBuffer<T>? fc2 = null;
        try
        {
            fc1 = context.Allocate<T>(Fc1Length(weights.Shape, weights.Fc1Layout));
            fc2 = context.Allocate<T>(Fc2Length(weights.Shape));
            for (int expert = 0; expert < weights.Shape.NumExperts; expert++)
            {
                CopyExpert(fc1, weights.Fc1ExpertWeights[expert].Span, expert);
                CopyExpert(fc2, weights.Fc2ExpertWeights[expert].Span, expert);
            }

            return new DeviceMoeWeights<T>(weights.Shape, weights.Fc1Layout, fc1, fc2, ownsBuffers: true);
        }
        catch
        {
            fc1?.Dispose();
            fc2?.Dispose();
            throw;
        }
    }

    /// <summary>Frees the buffers where <see cref="Upload"/> allocated them; no stream may still read them.</summary>
    public void Dispose()
    {
        if (_ownsBuffers)
        {
            Fc1ExpertWeights.Dispose();
            Fc2ExpertWeights.Dispose();
        }
    }

    private static void CopyExpert(DeviceBuffer<T> buffer, ReadOnlySpan<T> expertWeights, int expert) =>
        buffer.CopyFrom((long)expert * expertWeights.Length, expertWeights);

    private static long Fc1Length(MoeShape shape, Fc1Layout layout) =>
        checked((long)shape.NumExperts * (layout == Fc1Layout.Plain ? 1 : 2) * shape.IntermediateSize * shape.HiddenSize);

    private static long Fc2Length(MoeShape shape) => checked((long)shape.NumExperts * shape.HiddenSize * shape.IntermediateSize);
}
