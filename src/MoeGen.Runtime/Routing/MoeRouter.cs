namespace MoeGen;

/// <summary>A router of a model in host memory: from hidden states to the experts of each token.</summary>
/// <remarks>All arithmetic is fp32: <c>z[t, e] = weight[e] . input[t] + bias[e]</c>.</remarks>
public sealed class MoeRouter
{
    /// <summary>Takes a router; the memory is kept, not copied.</summary>
    /// <param name="routing">The method; not <see cref="RoutingMethod.Preselected"/>.</param>
    /// <param name="numExperts">E, routed experts, 1 to 1024.</param>
    /// <param name="topK">K, 1 to 32 and at most E.</param>
    /// <param name="weight">[E, H].</param>
    /// <param name="options">The model's numbers; left out, <see cref="RouterOptions.Default"/>.</param>
    /// <exception cref="ArgumentException">A length or value does not fit; the message names it, its value and what is allowed.</exception>
    public MoeRouter(RoutingMethod routing, int numExperts, int topK, ReadOnlyMemory<float> weight, RouterOptions? options = null)
    {
        Options = options ?? RouterOptions.Default;
        RouterChecks.Check(routing, numExperts, topK, Options);
        if (weight.IsEmpty || weight.Length % numExperts != 0)
        {
            throw new ArgumentException($"weight has {weight.Length} elements; required is a positive multiple of numExperts {numExperts} ([E, H]).", nameof(weight));
        }

        Routing = routing;
        NumExperts = numExperts;
        TopK = topK;
        Weight = weight;
        HiddenSize = weight.Length / numExperts;
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

    /// <summary>[E, H].</summary>
    public ReadOnlyMemory<float> Weight { get; }

    /// <summary>Added to the logits, [E]; empty means none.</summary>
    public ReadOnlyMemory<float> Bias
    {
        get;
        init => field = RouterChecks.Length(value, NumExperts, "E", nameof(Bias));
    }

    /// <summary>Added to the scores for the choice alone, [E] (e_score_correction_bias); empty means none.</summary>
    public ReadOnlyMemory<float> SelectionBias
    {
        get;
        init => field = RouterChecks.SelectionBias(value, this, nameof(SelectionBias));
    }

    /// <summary>The shared experts' scale is <c>sigmoid(SharedGateWeight . input[t])</c>, [H]; empty means that it is 1.</summary>
    public ReadOnlyMemory<float> SharedGateWeight
    {
        get;
        init => field = RouterChecks.SharedGate(value, this, nameof(SharedGateWeight));
    }

    /// <summary>K + S, slots of a token.</summary>
    public int SlotsPerToken => TopK + Options.NumSharedExperts;
}
