namespace MoeGen.Benchmarks;

/// <summary>Median and spread of repeated timings, in microseconds.</summary>
/// <param name="Median">Half of the rounds were faster.</param>
/// <param name="P10">A tenth of the rounds were faster.</param>
/// <param name="P90">Nine tenths of the rounds were faster.</param>
/// <param name="Min">The fastest round.</param>
/// <param name="Max">The slowest round.</param>
public sealed record Spread(double Median, double P10, double P90, double Min, double Max)
{
    /// <summary>Of samples in any order.</summary>
    /// <exception cref="ArgumentException">There are none, or one is not finite.</exception>
    public static Spread Of(IEnumerable<double> samples)
    {
        double[] sorted = [.. samples.Order()];
        if (sorted.Length == 0 || !sorted.All(double.IsFinite))
        {
            throw new ArgumentException($"{sorted.Length} samples; at least one is required, and finite values only.", nameof(samples));
        }

        return new(Quantile(sorted, 0.5), Quantile(sorted, 0.1), Quantile(sorted, 0.9), sorted[0], sorted[^1]);
    }

    /// <summary>Linear between the two nearest ranks, as NumPy does by default.</summary>
    private static double Quantile(double[] sorted, double fraction)
    {
        double rank = fraction * (sorted.Length - 1);
        int below = (int)rank;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((rank - below) * (sorted[above] - sorted[below]));
    }
}
