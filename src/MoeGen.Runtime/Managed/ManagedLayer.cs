namespace MoeGen;

/// <summary>What all stages of one call share: the layer and how it runs, checked.</summary>
internal sealed record ManagedLayer<T>(
    ExpertWeights<T> Weights, Activation Activation, int TopK, ManagedOptions Options, SwigluConstants Swiglu, LocalExperts? LocalExperts)
    where T : unmanaged
{
    /// <summary>Leading slots of each token whose scale belongs to the expert's input, not to its output; 0 for all methods but one.</summary>
    public int InputScaledSlots { get; init; }

    /// <summary>Whether tokens and activated rows become 8-bit codes before each GEMM.</summary>
    public bool QuantizeActivations { get; init; }

    /// <summary>
    /// Whether activated values beyond FP16 count as its largest, and the experts' outputs where they are rounded to it: an infinity would make the scale of its row NaN, or
    /// meet one of the other sign. BF16 has the range of fp32.
    /// </summary>
    public bool Saturates => typeof(T) == typeof(Half) && Weights is QuantizedMoeWeights<T>;

    /// <summary>Puts the defaults in and checks that all of it fits together.</summary>
    public static ManagedLayer<T> Create(
        ExpertWeights<T> weights,
        Activation activation,
        int topK,
        ManagedOptions? options = null,
        SwigluConstants? swiglu = null,
        LocalExperts? localExperts = null,
        bool quantizeActivations = false)
    {
        ArgumentNullException.ThrowIfNull(weights);
        QuantizationChecks.Check(weights, quantizeActivations);
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

        return new ManagedLayer<T>(weights, activation, topK, options ?? ManagedOptions.Default, swiglu, localExperts) { QuantizeActivations = quantizeActivations };
    }

    /// <summary>Runs the stages and rounds the output once; lengths are checked before.</summary>
    public void Run(ReadOnlySpan<T> input, ReadOnlySpan<int> tokenSelectedExperts, ReadOnlySpan<float> tokenFinalScales, Span<T> output)
    {
        // Sums of products of codes are integers that single precision does not hold.
        if (QuantizeActivations)
        {
            new ManagedPipeline<T, double>(this).Run(input, tokenSelectedExperts, tokenFinalScales, output, default);
        }
        else
        {
            new ManagedPipeline<T, float>(this).Run(input, tokenSelectedExperts, tokenFinalScales, output, default);
        }
    }
}
