namespace MoeGen.Benchmarks;

/// <summary>Expert ids [T, K], distinct within a token, reproducible from the seed.</summary>
public static class RoutingGenerator
{
    /// <summary>s of the Zipf pattern.</summary>
    public const double ZipfExponent = 1.2;

    /// <summary>Ids of one call. Which experts are popular differs from seed to seed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">K is not in 1..E, or T is negative.</exception>
    public static int[] Ids(RoutingPattern pattern, int tokens, int topK, int experts, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(topK, experts);
        var random = new Random(seed);
        int[] order = [.. Enumerable.Range(0, experts)];
        return pattern switch
        {
            RoutingPattern.Random => Uniform(random, order, tokens, topK),
            RoutingPattern.Zipf => Zipf(random, order, tokens, topK),
            RoutingPattern.OneExpert => Same(random, order, tokens, topK),
            _ => throw new ArgumentOutOfRangeException(nameof(pattern), pattern, "No such routing."),
        };
    }

    private static int[] Uniform(Random random, int[] order, int tokens, int topK)
    {
        var ids = new int[tokens * topK];
        for (int token = 0; token < tokens; token++)
        {
            for (int k = 0; k < topK; k++)
            {
                int other = random.Next(k, order.Length);
                (order[k], order[other]) = (order[other], order[k]);
                ids[(token * topK) + k] = order[k];
            }
        }

        return ids;
    }

    private static int[] Zipf(Random random, int[] order, int tokens, int topK)
    {
        random.Shuffle(order);
        double[] weights = [.. order.Select((_, rank) => Math.Pow(rank + 1, -ZipfExponent))];
        var keys = new double[order.Length];
        var ranks = new int[order.Length];
        var ids = new int[tokens * topK];
        for (int token = 0; token < tokens; token++)
        {
            // The K smallest of exponential variables with these rates: K draws without replacement, each in proportion to its weight.
            for (int rank = 0; rank < ranks.Length; rank++)
            {
                (ranks[rank], keys[rank]) = (rank, -Math.Log(1 - random.NextDouble()) / weights[rank]);
            }

            Array.Sort(keys, ranks);
            for (int k = 0; k < topK; k++)
            {
                ids[(token * topK) + k] = order[ranks[k]];
            }
        }

        return ids;
    }

    private static int[] Same(Random random, int[] order, int tokens, int topK)
    {
        random.Shuffle(order);
        return [.. Enumerable.Range(0, tokens * topK).Select(slot => order[slot % topK])];
    }
}
