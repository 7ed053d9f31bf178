namespace MoeGen;

/// <summary>The numbers of a model's router. The defaults leave a method as <see cref="RoutingMethod"/> describes it.</summary>
public sealed record RouterOptions
{
    /// <summary>The defaults.</summary>
    public static RouterOptions Default { get; } = new();

    /// <summary>Groups that the experts are divided into, in order and evenly (n_group). With methods without groups, 1.</summary>
    public int NumExpertGroups { get; init; } = 1;

    /// <summary>Groups that a token's experts are taken from, 1 to <see cref="NumExpertGroups"/> (topk_group).</summary>
    public int NumSelectedGroups { get; init; } = 1;

    /// <summary>
    /// Whether the scales of the K chosen are divided by their sum + 1e-20 (norm_topk_prob), with
    /// <see cref="RoutingMethod.SigmoidTopK"/>, <see cref="RoutingMethod.SigmoidGroupedTopK"/>,
    /// <see cref="RoutingMethod.SoftmaxGroupedTopK"/> and <see cref="RoutingMethod.SqrtSoftplusTopK"/>. The other methods say by their
    /// names whether they do.
    /// </summary>
    public bool Renormalize { get; init; }

    /// <summary>Factor of the scales of the K chosen, after the division (routed_scaling_factor); finite.</summary>
    public float RoutedScalingFactor { get; init; } = 1;

    /// <summary>
    /// Of <see cref="RoutingMethod.SparseMixer"/>: a logit z takes part in the softmax of a round whose largest is m where
    /// (m - z) / max(|z|, m) is at most twice this (router_jitter_noise); finite, 0 or more.
    /// </summary>
    public float JitterEpsilon { get; init; } = 0.01f;

    /// <summary>
    /// S, experts that every token visits, 0 or more. They stand behind the E routed ones in the weights, and a token has K + S slots
    /// (at most 32) whose last S are theirs, with the scale 1 or that of <see cref="MoeRouter.SharedGateWeight"/>. A shared expert wider
    /// than I is several of I each, the last one filled up with zeros: the sum is the same.
    /// </summary>
    public int NumSharedExperts { get; init; }
}
