namespace MoeGen;

/// <summary>From times to the points of a tuning entry.</summary>
internal static class VariantTuner
{
    // Medians of equal kernels differ by about this much; the cost model's choice stays unless another is faster by more.
    private const double Noise = 0.02;

    private const int LargestDefault = 8192;

    /// <summary>Powers of two and the middle between each two, 1 to 8192.</summary>
    public static IReadOnlyList<int> DefaultGrid { get; } =
        [.. Enumerable.Range(0, 14).SelectMany(power => new[] { 1 << power, 3 << power >> 1 }).Where(tokens => tokens <= LargestDefault).Distinct().Order()];

    /// <summary>Times every variant at every T of the grid; then, beside the best tile, each other one in GEMM2, and in GEMM1.</summary>
    public static IReadOnlyList<TuningPoint> Measure(
        VariantSelector selector, MoeShape shape, int topK, IReadOnlyList<int> grid, IVariantTimer timer, CancellationToken cancellationToken)
    {
        var points = new List<TuningPoint>();
        foreach (int numTokens in grid)
        {
            int best = selector.SelectByCost(shape, numTokens, topK);
            double least = timer.Microseconds(numTokens, best) * (1 - Noise), time = least / (1 - Noise);
            var timed = new HashSet<int> { best };
            Try(selector.Candidates.Where(index => selector.CanRun(index, numTokens, topK)));
            int[] tiles = best == selector.DecodeIndex ? [] : [.. selector.Candidates.Where(index => index != selector.DecodeIndex)];
            Try(tiles.Select(gemm2 => selector.IndexOf(selector.Gemms(best).Gemm1, gemm2)).ToArray());
            Try(tiles.Select(gemm1 => selector.IndexOf(gemm1, selector.Gemms(best).Gemm2)).ToArray());
            points.Add(new TuningPoint { NumTokens = numTokens, Variant = selector.NameOf(best), Microseconds = Math.Round(time, 3) });

            void Try(IEnumerable<int> choices)
            {
                foreach (int index in choices.Where(timed.Add))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    double other = timer.Microseconds(numTokens, index);
                    if (other < least)
                    {
                        (best, least, time) = (index, other, other);
                    }
                }
            }
        }

        return points;
    }

    /// <summary>Throws where a grid is no growing list of sizes that a call may have.</summary>
    public static void CheckGrid(IReadOnlyList<int> grid, int topK, string name)
    {
        if (grid.Count == 0)
        {
            throw new ArgumentException($"{name} is empty; at least one number of tokens is required.", name);
        }

        for (int i = 0; i < grid.Count; i++)
        {
            if (grid[i] < 1 || (i > 0 && grid[i] <= grid[i - 1]))
            {
                throw new ArgumentException($"{name}[{i}] is {grid[i]}; numbers of tokens must be at least 1 and grow.", name);
            }
        }

        LayerChecks.CheckCounts(grid[^1], topK);
    }
}
