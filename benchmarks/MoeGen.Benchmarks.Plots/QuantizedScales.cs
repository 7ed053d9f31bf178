namespace MoeGen.Benchmarks.Plots;

/// <summary>How many scales lie in each power of two.</summary>
/// <param name="LowestExponent">e of the first count.</param>
/// <param name="Counts">Scales from 2^(e + i) up to 2^(e + i + 1).</param>
public sealed record QuantizedScales(int LowestExponent, IReadOnlyList<int> Counts);
