namespace MoeGen.Gpu.Tests;

/// <summary>The routing methods as their definitions say them, in double precision, by sorting.</summary>
internal static class RouterReference
{
    /// <summary>Logits of each token in double precision.</summary>
    public static double[] Logits<T>(T[] input, ReadOnlySpan<float> weight, int hidden)
        where T : unmanaged
    {
        var wide = new double[input.Length];
        ElementConversion.Widen<T, double>(input, wide);
        (int tokens, int rows) = (input.Length / hidden, weight.Length / hidden);
        var logits = new double[tokens * rows];
        for (int i = 0; i < logits.Length; i++)
        {
            for (int h = 0; h < hidden; h++)
            {
                logits[i] += wide[(i / rows * hidden) + h] * weight[(i % rows * hidden) + h];
            }
        }

        return logits;
    }

    /// <summary>Ids, and scales of a token's slots.</summary>
    /// <param name="router">Method, numbers and biases.</param>
    /// <param name="logits">[E], without the bias.</param>
    /// <param name="gate">Logit of the shared experts' gate; null where there is none.</param>
    public static (int[] Ids, double[] Scales) Select(MoeRouter router, ReadOnlySpan<double> logits, double? gate)
    {
        var z = new double[router.NumExperts];
        for (int e = 0; e < z.Length; e++)
        {
            z[e] = logits[e] + (router.Bias.IsEmpty ? 0 : router.Bias.Span[e]);
        }

        double[] ranks = [.. z.Select((value, e) => Rank(router.Routing, value) + (router.SelectionBias.IsEmpty ? 0 : router.SelectionBias.Span[e]))];
        int[] allowed = Allowed(router, ranks);
        int[] chosen = [.. allowed.OrderByDescending(e => ranks[e]).ThenBy(e => e).Take(router.TopK)];
        double[] scales = Scales(router, z, chosen);
        IEnumerable<int> shared = Enumerable.Range(router.NumExperts, router.Options.NumSharedExperts);
        double sharedScale = gate is { } logit ? Sigmoid(logit) : 1;
        return ([.. chosen, .. shared], [.. scales.Select(scale => scale * router.Options.RoutedScalingFactor), .. shared.Select(_ => sharedScale)]);
    }

    private static double Rank(RoutingMethod routing, double z) => routing switch
    {
        RoutingMethod.SigmoidTopK or RoutingMethod.SigmoidGroupedTopK => Sigmoid(z),
        RoutingMethod.SqrtSoftplusTopK => SqrtSoftplus(z),
        _ => z,
    };

    private static int[] Allowed(MoeRouter router, double[] ranks)
    {
        int size = router.NumExperts / router.Options.NumExpertGroups;
        int best = router.Routing == RoutingMethod.SigmoidGroupedTopK ? 2 : 1;
        HashSet<int> groups = [.. Enumerable.Range(0, router.Options.NumExpertGroups)
            .OrderByDescending(group => ranks[(group * size)..((group + 1) * size)].OrderDescending().Take(best).Sum()).ThenBy(group => group)
            .Take(router.Options.NumSelectedGroups)];
        return [.. Enumerable.Range(0, router.NumExperts).Where(e => groups.Contains(e / size))];
    }

    private static double[] Scales(MoeRouter router, double[] z, int[] chosen)
    {
        double max = z.Max(), total = z.Sum(value => Math.Exp(value - max));
        double[] probabilities = [.. chosen.Select(e => Math.Exp(z[e] - max) / total)];
        return router.Routing switch
        {
            RoutingMethod.SoftmaxTopK => probabilities,
            RoutingMethod.SoftmaxTopKRenormalized or RoutingMethod.TopKSoftmax => [.. probabilities.Select(p => p / probabilities.Sum())],
            RoutingMethod.SoftmaxGroupedTopK => Divided(router, probabilities),
            RoutingMethod.SqrtSoftplusTopK => Divided(router, [.. chosen.Select(e => SqrtSoftplus(z[e]))]),
            RoutingMethod.TopKSigmoidInput => [.. chosen.Select(e => Sigmoid(z[e]))],
            RoutingMethod.SparseMixer => [Mixed(router, z, chosen[0], []), Mixed(router, z, chosen[1], [chosen[0]])],
            _ => Divided(router, [.. chosen.Select(e => Sigmoid(z[e]))]),
        };
    }

    // Softmax of one round: over the experts that are not far below its largest, without those of earlier rounds.
    private static double Mixed(MoeRouter router, double[] z, int chosen, int[] taken) => 1 / Enumerable.Range(0, z.Length)
        .Where(e => !taken.Contains(e) && (z[chosen] - z[e]) / Math.Max(Math.Abs(z[e]), z[chosen]) <= 2 * router.Options.JitterEpsilon)
        .Sum(e => Math.Exp(z[e] - z[chosen]));

    private static double[] Divided(MoeRouter router, double[] scores) =>
        router.Options.Renormalize ? [.. scores.Select(score => score / (scores.Sum() + 1e-20))] : scores;

    private static double Sigmoid(double z) => 1 / (1 + Math.Exp(-z));

    private static double SqrtSoftplus(double z) => Math.Sqrt(z > 20 ? z : Math.Log(1 + Math.Exp(z)));
}
