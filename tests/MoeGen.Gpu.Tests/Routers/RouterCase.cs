namespace MoeGen.Gpu.Tests;

/// <summary>Sizes and numbers of a random router.</summary>
public sealed record RouterCase(RoutingMethod Routing, int T, int E, int K, RouterOptions Options, bool Biases = false, bool Gate = false)
{
    public RouterCase(RoutingMethod routing, int t, int e, int k)
        : this(routing, t, e, k, RouterOptions.Default)
    {
    }

    public int Slots => K + Options.NumSharedExperts;

    /// <summary>A router over H elements; with <see cref="Biases"/>, all that the method takes.</summary>
    public MoeRouter Router(int hidden)
    {
        var random = new Random(E + K);
        float[] weight = Data<float>.Normal(random, E * hidden, 2 / Math.Sqrt(hidden));
        float[] bias = Data<float>.Normal(random, E, 0.5);
        float[] selection = Data<float>.Normal(random, E, 0.5);
        bool selects = Routing is RoutingMethod.SigmoidTopK or RoutingMethod.SigmoidGroupedTopK or RoutingMethod.SqrtSoftplusTopK;
        return new MoeRouter(Routing, E, K, weight, Options)
        {
            Bias = Biases ? bias : default,
            SelectionBias = Biases && selects ? selection : default,
            SharedGateWeight = Gate ? Data<float>.Normal(random, hidden, 1 / Math.Sqrt(hidden)) : default,
        };
    }

    public override string ToString() => $"{Routing} T={T} E={E} K={K} {Options}{(Biases ? " biases" : "")}{(Gate ? " gate" : "")}";
}
