namespace MoeGen;

/// <summary>What all stages of one call share: the layer and how it runs, checked.</summary>
internal sealed record ManagedLayer<T>(
    MoeWeights<T> Weights, Activation Activation, int TopK, ManagedOptions Options, SwigluConstants Swiglu, LocalExperts? LocalExperts)
    where T : unmanaged
{
    /// <summary>Leading slots of each token whose scale belongs to the expert's input, not to its output; 0 for all methods but one.</summary>
    public int InputScaledSlots { get; init; }

    /// <summary>Puts the defaults in and checks that all of it fits together.</summary>
    public static ManagedLayer<T> Create(
        MoeWeights<T> weights,
        Activation activation,
        int topK,
        ManagedOptions? options = null,
        SwigluConstants? swiglu = null,
        LocalExperts? localExperts = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ManagedActivations.Check(activation, weights.Fc1Layout);
        SwigluChecks.CheckEffect(
            activation, !weights.SwigluAlpha.IsEmpty, !weights.SwigluBeta.IsEmpty, !weights.SwigluLimit.IsEmpty, nameof(weights));
        swiglu ??= SwigluConstants.Default;
        SwigluChecks.CheckConstants(activation, swiglu, nameof(swiglu));
        localExperts?.CheckFits(weights.Shape.NumExperts, nameof(localExperts));
        if (topK is < 1 or > MoeShape.MaxTopK)
        {
            throw new ArgumentOutOfRangeException(nameof(topK), topK, $"topK is {topK}; allowed is 1 to {MoeShape.MaxTopK}.");
        }

        return new ManagedLayer<T>(weights, activation, topK, options ?? ManagedOptions.Default, swiglu, localExperts);
    }
}
