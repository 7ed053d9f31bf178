namespace MoeGen;

/// <summary>A router in device memory, for <c>ForwardBlock</c> and <c>ForwardFromLogits</c>; all of it is fp32.</summary>
public sealed class DeviceMoeRouter : IDisposable
{
    private const int MaxGroups = 32;

    private readonly long _bias;
    private readonly long _selectionBias;

    private DeviceMoeRouter(MoeRouter router, DeviceBuffer<float> memory, long bias, long selectionBias)
    {
        Routing = router.Routing;
        NumExperts = router.NumExperts;
        TopK = router.TopK;
        HiddenSize = router.HiddenSize;
        Options = router.Options;
        HasBias = !router.Bias.IsEmpty;
        HasSelectionBias = !router.SelectionBias.IsEmpty;
        HasSharedGate = !router.SharedGateWeight.IsEmpty;
        Memory = memory;
        _bias = bias;
        _selectionBias = selectionBias;
    }

    /// <summary>How experts are chosen.</summary>
    public RoutingMethod Routing { get; }

    /// <summary>E, routed experts.</summary>
    public int NumExperts { get; }

    /// <summary>K, routed experts of a token.</summary>
    public int TopK { get; }

    /// <summary>H.</summary>
    public int HiddenSize { get; }

    /// <summary>The model's numbers.</summary>
    public RouterOptions Options { get; }

    /// <summary>Whether the logits have a bias.</summary>
    public bool HasBias { get; }

    /// <summary>Whether a bias takes part in the choice alone.</summary>
    public bool HasSelectionBias { get; }

    /// <summary>Whether the shared experts' scale depends on the input.</summary>
    public bool HasSharedGate { get; }

    /// <summary>K + S, slots of a token.</summary>
    public int SlotsPerToken => TopK + Options.NumSharedExperts;

    /// <summary>The device that holds it.</summary>
    public CudaContext Context => Memory.Context;

    // weight [E, H], shared gate [H], bias [E], selection bias [E]; what there is.
    internal DeviceBuffer<float> Memory { get; }

    /// <summary>Copies a router to the device; waits until it is there.</summary>
    /// <exception cref="ArgumentException">It has more than 32 groups of experts.</exception>
    public static DeviceMoeRouter Upload(CudaContext context, MoeRouter router)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(router);
        if (router.Options.NumExpertGroups > MaxGroups)
        {
            throw new ArgumentException(
                $"router has NumExpertGroups {router.Options.NumExpertGroups}; on a device at most {MaxGroups} are allowed, one a lane of a warp.", nameof(router));
        }

        long gate = router.Weight.Length;
        long bias = gate + router.SharedGateWeight.Length;
        long selectionBias = bias + router.Bias.Length;
        DeviceBuffer<float> memory = context.Allocate<float>(selectionBias + router.SelectionBias.Length);
        try
        {
            memory.CopyFrom(0, router.Weight.Span);
            memory.CopyFrom(gate, router.SharedGateWeight.Span);
            memory.CopyFrom(bias, router.Bias.Span);
            memory.CopyFrom(selectionBias, router.SelectionBias.Span);
            return new DeviceMoeRouter(router, memory, bias, selectionBias);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>Frees it once the device is done with it; later calls with it throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => Memory.Dispose();

    internal CudaRouter Bind() => new()
    {
        NumExperts = NumExperts,
        TopK = TopK,
        Options = Options,
        Weight = Memory.Pointer,
        HasSharedGate = HasSharedGate,
        Bias = HasBias ? At(_bias) : default,
        SelectionBias = HasSelectionBias ? At(_selectionBias) : default,
    };

    private DevicePointer<float> At(long element) => new(Memory.Pointer.Address + ((ulong)element * sizeof(float)));
}
