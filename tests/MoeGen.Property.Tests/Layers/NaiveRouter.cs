namespace MoeGen.Property.Tests;

/// <summary>Top-k spelled out in double precision, from the remarks of <see cref="ManagedRouter"/> and without its code.</summary>
internal static class NaiveRouter
{
    public static void Select(ReadOnlySpan<float> logits, RoutingMethod routing, Span<int> ids, Span<float> scales)
    {
        double[] row = [.. logits.ToArray().Select(logit => (double)logit)];
        bool isScore = routing is RoutingMethod.SigmoidTopK or RoutingMethod.SigmoidGroupedTopK or RoutingMethod.SqrtSoftplusTopK;
        float[] ranks = [.. row.Select(z => (float)(isScore ? Score(routing, z) : z))];
        int[] order = [.. Enumerable.Range(0, row.Length).OrderBy(e => float.IsNaN(ranks[e])).ThenByDescending(e => ranks[e]).ThenBy(e => e)];
        double max = row[order[0]];
        bool isUndefined = row.Any(double.IsNaN) || (!isScore && double.IsInfinity(max));
        bool overChosen = routing is RoutingMethod.SoftmaxTopKRenormalized or RoutingMethod.TopKSoftmax;
        double Weight(int e) => isUndefined ? double.NaN : isScore ? Score(routing, row[e]) : Math.Exp(row[e] - max);
        double sum = isScore ? 1 : order.Take(overChosen ? ids.Length : row.Length).Sum(Weight);
        for (int k = 0; k < ids.Length; k++)
        {
            ids[k] = order[k];
            scales[k] = (float)(Weight(order[k]) / sum);
        }
    }

    private static double Score(RoutingMethod routing, double z) =>
        routing == RoutingMethod.SqrtSoftplusTopK ? Math.Sqrt(z > 40 ? z : Math.Log(1 + Math.Exp(z))) : 1 / (1 + Math.Exp(-z));
}
