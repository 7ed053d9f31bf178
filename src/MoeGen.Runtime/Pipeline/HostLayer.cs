namespace MoeGen;

/// <summary>One layer on the CPU: weights, configuration and options together.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
internal sealed class HostLayer<T>
    where T : unmanaged
{
    private readonly MoeDescriptor _descriptor;
    private readonly bool _quantizeActivations;

    public HostLayer(MoeDescriptor descriptor, ManagedBackend backend, ExpertWeights<T> weights, bool quantizeActivations = false)
    {
        QuantizationChecks.Check(weights, quantizeActivations);
        WeightChecks.CheckConfiguration(descriptor, weights.Shape, weights.Fc1Layout);
        _descriptor = descriptor;
        _quantizeActivations = quantizeActivations;
        Backend = backend;
        Weights = weights;
    }

    public ManagedBackend Backend { get; }

    public ExpertWeights<T> Weights { get; }

    /// <summary>Experts of all devices together: the width of router logits.</summary>
    public int NumGlobalExperts => Weights.LocalExperts?.NumGlobalExperts ?? Weights.Shape.NumExperts;

    public void Forward(ReadOnlySpan<T> input, ReadOnlySpan<int> tokenSelectedExperts, ReadOnlySpan<float> tokenFinalScales, int topK, Span<T> output)
    {
        WeightChecks.CheckStated(_descriptor, nameof(topK), _descriptor.StaticShape.TopK, topK);
        ManagedMoe.Forward(Weights, _descriptor.Activation, input, tokenSelectedExperts, tokenFinalScales, topK, output, Backend.Options, _descriptor.Swiglu, Weights.LocalExperts, _quantizeActivations);
    }

    public void ForwardFromLogits(ReadOnlySpan<T> input, ReadOnlySpan<float> routerLogits, int topK, Span<T> output)
    {
        var experts = new int[routerLogits.Length / NumGlobalExperts * topK];
        var scales = new float[experts.Length];
        ManagedRouter.SelectExperts(routerLogits, NumGlobalExperts, topK, _descriptor.Routing, experts, scales);
        WeightChecks.CheckStated(_descriptor, nameof(topK), _descriptor.StaticShape.TopK, topK);
        ManagedLayer<T> layer = ManagedLayer<T>.Create(Weights, _descriptor.Activation, topK, Backend.Options, _descriptor.Swiglu, Weights.LocalExperts, _quantizeActivations);
        int inputScaled = SlotScales.InputScaledSlots(_descriptor.Routing, topK);
        (layer with { InputScaledSlots = inputScaled }).Run(input, experts, scales, output);
    }

    /// <summary>The whole block: router, routed and shared experts; lengths are checked here.</summary>
    public void ForwardBlock(ReadOnlySpan<T> input, MoeRouter router, Span<T> output)
    {
        WeightChecks.CheckStated(_descriptor, nameof(router.SlotsPerToken), _descriptor.StaticShape.TopK, router.SlotsPerToken);
        ManagedMoe.ForwardBlock(Weights, _descriptor.Activation, input, router, output, Backend.Options, _descriptor.Swiglu, _quantizeActivations);
    }
}
