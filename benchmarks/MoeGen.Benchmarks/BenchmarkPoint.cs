namespace MoeGen.Benchmarks;

/// <summary>What is timed: a shape, T and a routing.</summary>
internal sealed record BenchmarkPoint(ModelShape Model, int Tokens, RoutingPattern Routing)
{
    /// <summary>The expert ids of one of the calls that are replayed in turn.</summary>
    public int[] Ids(int set) => RoutingGenerator.Ids(Routing, Tokens, Model.TopK, Model.NumExperts, set);

    public override string ToString() => $"{Model.Name} T = {Tokens} {Routing}";
}
