namespace MoeGen.Benchmarks;

/// <summary>How the tokens of a benchmark choose their experts.</summary>
public enum RoutingPattern
{
    /// <summary>K distinct experts a token, uniform.</summary>
    Random,

    /// <summary>K distinct experts a token, drawn in proportion to 1 / rank^s with s = <see cref="RoutingGenerator.ZipfExponent"/>.</summary>
    Zipf,

    /// <summary>All tokens choose the same K experts.</summary>
    OneExpert,
}
