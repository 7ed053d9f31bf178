namespace MoeGen;

/// <summary>The fastest variant at one number of tokens.</summary>
public sealed record TuningPoint
{
    /// <summary>T, at least 1.</summary>
    public required int NumTokens { get; init; }

    /// <summary>Name of the choice: a variant, two of them with a plus sign between where GEMM2 has its own, or <c>decode</c>.</summary>
    public required string Variant { get; init; }

    /// <summary>Median time of a call with it in microseconds, weights not in the L2 cache. For the reader; not used.</summary>
    public required double Microseconds { get; init; }
}
