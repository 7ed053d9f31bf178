namespace MoeGen;

/// <summary>Expert ids and scales from router logits, on the CPU.</summary>
public static class ManagedRouter
{
    /// <summary>Chooses the K experts of each token, most probable first.</summary>
    /// <remarks>
    /// Experts rank by logit, so experts whose probabilities round to the same number keep their order; equal logits go to the lower
    /// id first. Softmax runs in double precision and each scale is rounded once to fp32. Special values, each in its own row only:
    /// NaN logits rank last, the lower id first, and every scale of the row is NaN; -infinity has probability 0; +infinity ranks
    /// first, and every scale of the row is NaN, as softmax is undefined there (as it is where all logits are -infinity).
    /// The ids of a row are distinct in every case.
    /// </remarks>
    /// <param name="routerLogits">[T, E].</param>
    /// <param name="numExperts">E, 1 to 1024.</param>
    /// <param name="topK">K, 1 to 32 and at most E.</param>
    /// <param name="routing"><see cref="RoutingMethod.SoftmaxTopK"/> or <see cref="RoutingMethod.SoftmaxTopKRenormalized"/>.</param>
    /// <param name="tokenSelectedExperts">[T, K]; written.</param>
    /// <param name="tokenFinalScales">[T, K]; written.</param>
    /// <exception cref="ArgumentException">A length or value does not fit; the message names it, its value and what is allowed.</exception>
    public static void SelectExperts(
        ReadOnlySpan<float> routerLogits,
        int numExperts,
        int topK,
        RoutingMethod routing,
        Span<int> tokenSelectedExperts,
        Span<float> tokenFinalScales)
    {
        Check(routerLogits, numExperts, topK, routing, tokenSelectedExperts, tokenFinalScales);
        var keys = new Ranked[numExperts];
        for (int token = 0; token < routerLogits.Length / numExperts; token++)
        {
            SelectToken(
                routerLogits.Slice(token * numExperts, numExperts),
                keys,
                routing == RoutingMethod.SoftmaxTopKRenormalized,
                tokenSelectedExperts.Slice(token * topK, topK),
                tokenFinalScales.Slice(token * topK, topK));
        }
    }

    private static void SelectToken(ReadOnlySpan<float> logits, Ranked[] ranked, bool renormalize, Span<int> ids, Span<float> scales)
    {
        for (int expert = 0; expert < logits.Length; expert++)
        {
            ranked[expert] = new Ranked(logits[expert], expert);
        }

        Array.Sort(ranked);

        // Any NaN, wherever it ranks, makes the sum and with it every scale of the row NaN.
        double max = ranked[0].Logit;
        double sum = 0;
        foreach (float logit in logits)
        {
            sum += Math.Exp(logit - max);
        }

        double chosen = 0;
        for (int k = 0; k < ids.Length; k++)
        {
            ids[k] = ranked[k].Expert;
            chosen += Math.Exp(ranked[k].Logit - max);
        }

        // A sum over the chosen alone would hide a NaN among the others.
        double divisor = !renormalize ? sum : double.IsNaN(sum) ? double.NaN : chosen;
        for (int k = 0; k < ids.Length; k++)
        {
            scales[k] = (float)(Math.Exp(ranked[k].Logit - max) / divisor);
        }
    }

    private static void Check(
        ReadOnlySpan<float> routerLogits,
        int numExperts,
        int topK,
        RoutingMethod routing,
        Span<int> tokenSelectedExperts,
        Span<float> tokenFinalScales)
    {
        if (numExperts is < 1 or > MoeShape.MaxNumExperts)
        {
            throw new ArgumentOutOfRangeException(
                nameof(numExperts), numExperts, $"numExperts is {numExperts}; allowed is 1 to {MoeShape.MaxNumExperts}.");
        }

        int maxTopK = Math.Min(MoeShape.MaxTopK, numExperts);
        if (topK < 1 || topK > maxTopK)
        {
            throw new ArgumentOutOfRangeException(
                nameof(topK), topK, $"topK is {topK}; allowed is 1 to {maxTopK} (at most {MoeShape.MaxTopK} and at most numExperts {numExperts}).");
        }

        if (routing is not (RoutingMethod.SoftmaxTopK or RoutingMethod.SoftmaxTopKRenormalized))
        {
            throw new ArgumentOutOfRangeException(
                nameof(routing), routing, $"routing is {routing}; allowed are SoftmaxTopK and SoftmaxTopKRenormalized.");
        }

        if (routerLogits.Length % numExperts != 0)
        {
            throw new ArgumentException(
                $"routerLogits has {routerLogits.Length} elements; required is a multiple of numExperts {numExperts} ([T, E]).", nameof(routerLogits));
        }

        long slots = (long)(routerLogits.Length / numExperts) * topK;
        if (tokenSelectedExperts.Length != slots)
        {
            throw new ArgumentException(
                $"tokenSelectedExperts has {tokenSelectedExperts.Length} elements; required are {slots} ([T, K]).", nameof(tokenSelectedExperts));
        }

        if (tokenFinalScales.Length != slots)
        {
            throw new ArgumentException(
                $"tokenFinalScales has {tokenFinalScales.Length} elements; required are {slots} ([T, K]).", nameof(tokenFinalScales));
        }
    }

    // Larger logit first, NaN last, then the lower id. +0 and -0 are equal.
    private readonly record struct Ranked(float Logit, int Expert) : IComparable<Ranked>
    {
        public int CompareTo(Ranked other)
        {
            int order = other.Logit.CompareTo(Logit);
            return order != 0 ? order : Expert.CompareTo(other.Expert);
        }
    }
}
