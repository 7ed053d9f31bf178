namespace MoeGen.Tests;

/// <summary>
/// The routers as the models' papers and Hugging Face's blocks spell them out, in double precision: scores, masks of -infinity, repeated
/// argmax. For finite logits without near ties.
/// </summary>
internal static class PlainRouter
{
    public static (int[] Ids, double[] Scales) Route(MoeRouter router, ReadOnlySpan<float> logits)
    {
        double[] z = [.. logits.ToArray().Select(value => (double)value)];
        RouterOptions options = router.Options;
        (int[] ids, double[] scales) = router.Routing switch
        {
            RoutingMethod.SoftmaxTopK => Softmax(z, Top(z, router.TopK), over: null),
            RoutingMethod.SoftmaxTopKRenormalized => Divided(Softmax(z, Top(z, router.TopK), over: null), 0),
            RoutingMethod.TopKSoftmax => Softmax(z, Top(z, router.TopK), Top(z, router.TopK)),
            RoutingMethod.SoftmaxGroupedTopK => Softmax(z, Top(Grouped(z, options, best: 1), router.TopK), over: null),
            RoutingMethod.SigmoidTopK or RoutingMethod.SigmoidGroupedTopK => Scored(router, [.. z.Select(Sigmoid)]),
            RoutingMethod.SqrtSoftplusTopK => Scored(router, [.. z.Select(value => Math.Sqrt(Math.Log(1 + Math.Exp(value))))]),
            RoutingMethod.TopKSigmoidInput => (Top(z, router.TopK), [.. Top(z, router.TopK).Select(e => Sigmoid(z[e]))]),
            _ => SparseMixer(z, options.JitterEpsilon),
        };
        if (options.Renormalize)
        {
            (ids, scales) = Divided((ids, scales), 1e-20);
        }

        return (ids, [.. scales.Select(scale => scale * options.RoutedScalingFactor)]);
    }

    private static double Sigmoid(double z) => 1 / (1 + Math.Exp(-z));

    private static (int[] Ids, double[] Scales) Scored(MoeRouter router, double[] scores)
    {
        double[] biased = [.. scores.Select((score, e) => score + (router.SelectionBias.IsEmpty ? 0 : router.SelectionBias.Span[e]))];
        int[] ids = Top(router.Routing == RoutingMethod.SigmoidGroupedTopK ? Grouped(biased, router.Options, best: 2) : biased, router.TopK);
        return (ids, [.. ids.Select(e => scores[e])]);
    }

    private static (int[] Ids, double[] Scales) Softmax(double[] z, int[] ids, int[]? over)
    {
        double sum = (over ?? Enumerable.Range(0, z.Length)).Sum(e => Math.Exp(z[e]));
        return (ids, [.. ids.Select(e => Math.Exp(z[e]) / sum)]);
    }

    private static (int[] Ids, double[] Scales) Divided((int[] Ids, double[] Scales) chosen, double epsilon) =>
        (chosen.Ids, [.. chosen.Scales.Select(scale => scale / (chosen.Scales.Sum() + epsilon))]);

    // Values of groups that are not among the best become -infinity.
    private static double[] Grouped(double[] values, RouterOptions options, int best)
    {
        int size = values.Length / options.NumExpertGroups;
        double[] groups = [.. values.Chunk(size).Select(group => group.OrderDescending().Take(best).Sum())];
        int[] selected = Top(groups, options.NumSelectedGroups);
        return [.. values.Select((value, e) => selected.Contains(e / size) ? value : double.NegativeInfinity)];
    }

    private static int[] Top(double[] values, int count)
    {
        double[] left = [.. values];
        var ids = new int[count];
        for (int k = 0; k < count; k++)
        {
            ids[k] = Array.IndexOf(left, left.Max());
            left[ids[k]] = double.NegativeInfinity;
        }

        return ids;
    }

    private static (int[] Ids, double[] Scales) SparseMixer(double[] z, double epsilon)
    {
        int first = Array.IndexOf(z, z.Max());
        double[] rest = [.. z.Select((value, e) => e == first ? double.NegativeInfinity : value)];
        int second = Array.IndexOf(rest, rest.Max());
        return ([first, second], [Share(z, z[first]), Share(rest, rest[second])]);

        double Share(double[] candidates, double max) =>
            1 / candidates.Where((_, e) => !((max - z[e]) / Math.Max(Math.Abs(z[e]), max) > 2 * epsilon)).Sum(value => Math.Exp(value - max));
    }
}
