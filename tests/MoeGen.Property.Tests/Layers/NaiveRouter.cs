namespace MoeGen.Property.Tests;

/// <summary>Top-k spelled out in double precision, from the remarks of <see cref="ManagedRouter"/> and without its code.</summary>
internal static class NaiveRouter
{
    public static void Select(ReadOnlySpan<float> logits, bool renormalize, Span<int> ids, Span<float> scales)
    {
        float[] row = logits.ToArray();
        int[] order = [.. Enumerable.Range(0, row.Length).OrderBy(e => float.IsNaN(row[e])).ThenByDescending(e => row[e]).ThenBy(e => e)];
        double max = row[order[0]];
        bool isUndefined = row.Any(float.IsNaN) || double.IsInfinity(max);
        double Probability(int e) => isUndefined ? double.NaN : Math.Exp(row[e] - max);
        double sum = renormalize ? order.Take(ids.Length).Sum(Probability) : Enumerable.Range(0, row.Length).Sum(Probability);
        for (int k = 0; k < ids.Length; k++)
        {
            ids[k] = order[k];
            scales[k] = (float)(Probability(order[k]) / sum);
        }
    }
}
