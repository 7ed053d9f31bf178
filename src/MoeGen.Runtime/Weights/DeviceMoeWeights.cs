namespace MoeGen;

/// <summary>
/// The weights of one layer in device memory: fc1 [E, 2I, H] (gated) or [E, I, H] (plain), fc2 [E, H, I], row-major, and what
/// may come with them. Buffers belong to the caller, unless <see cref="Upload"/> made them.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class DeviceMoeWeights<T> : DeviceExpertWeights<T>
    where T : unmanaged
{
    /// <summary>Uses buffers that the caller owns and keeps alive; lengths are checked when a layer takes them.</summary>
    /// <param name="shape">E, H and I.</param>
    /// <param name="fc1Layout">Row order of fc1; <see cref="Fc1Layout.Plain"/> says that there is no gate.</param>
    /// <param name="fc1ExpertWeights">[E, 2I, H] or, plain, [E, I, H].</param>
    /// <param name="fc2ExpertWeights">[E, H, I].</param>
    public DeviceMoeWeights(MoeShape shape, Fc1Layout fc1Layout, DeviceBuffer<T> fc1ExpertWeights, DeviceBuffer<T> fc2ExpertWeights)
        : base(shape, fc1Layout)
    {
        ArgumentNullException.ThrowIfNull(fc1ExpertWeights);
        ArgumentNullException.ThrowIfNull(fc2ExpertWeights);
        Fc1ExpertWeights = fc1ExpertWeights;
        Fc2ExpertWeights = fc2ExpertWeights;
    }

    /// <summary>[E, 2I, H] or, plain, [E, I, H].</summary>
    public DeviceBuffer<T> Fc1ExpertWeights { get; }

    /// <summary>[E, H, I].</summary>
    public DeviceBuffer<T> Fc2ExpertWeights { get; }

    /// <inheritdoc/>
    public override CudaContext Context => Fc1ExpertWeights.Context;

    /// <inheritdoc/>
    private protected override IEnumerable<IDeviceMemory> Matrices => [Fc1ExpertWeights, Fc2ExpertWeights];

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

    /// <inheritdoc/>
    internal override void Check(MoeDescriptor descriptor, CudaContext context)
    {
        WeightChecks.CheckFormat(descriptor, WeightFormat.SameAsDtype, 0, false);
        WeightChecks.Check(
            descriptor, context, Shape, Fc1Layout, Fc1ExpertWeights, Fc2ExpertWeights, Fc1ExpertBiases, Fc2ExpertBiases, SwigluAlpha, SwigluBeta, SwigluLimit);
    }

    /// <inheritdoc/>
    internal override CudaWeights<T> Bind(DeviceBuffer<int>? map) => base.Bind(map) with
    {
        Fc1ExpertWeights = Fc1ExpertWeights.Pointer,
        Fc2ExpertWeights = Fc2ExpertWeights.Pointer,
    };

    /// <summary>Makes these the buffers that <see cref="IDisposable.Dispose"/> frees.</summary>
    internal DeviceMoeWeights<T> Owning(IEnumerable<IDisposable> buffers)
    {
        Own(buffers);
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
}
