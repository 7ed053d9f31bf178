namespace MoeGen.Benchmarks;

/// <summary>All variants at one point, and the one that is chosen there.</summary>
/// <param name="Model">Name of the shape.</param>
/// <param name="Tokens">T.</param>
/// <param name="Routing">How experts were chosen.</param>
/// <param name="Chosen">The variant that a call takes.</param>
/// <param name="Variants">Median microseconds of each variant that can run.</param>
public sealed record ChoiceRow(string Model, int Tokens, RoutingPattern Routing, string Chosen, IReadOnlyList<VariantTime> Variants)
{
    /// <summary>The fastest.</summary>
    public VariantTime Best => Variants.MinBy(variant => variant.Microseconds)!;

    /// <summary>The chosen one's time over the best's: 1 is the best choice.</summary>
    public double OverBest => Variants.Single(variant => variant.Name == Chosen).Microseconds / Best.Microseconds;
}
