namespace MoeGen;

/// <summary>Expert ids and scales from router logits or hidden states, on the CPU: every <see cref="RoutingMethod"/>.</summary>
/// <remarks>
/// Experts rank by logit (softmax methods, <see cref="RoutingMethod.TopKSigmoidInput"/>, <see cref="RoutingMethod.SparseMixer"/>) or by
/// their score in fp32 with its selection bias (the others), largest first, equal values by the lower id. Sums and exponentials run in
/// double precision and each scale is rounded once to fp32. Experts of groups that are not chosen are never taken, whatever their sign:
/// transformers puts 0 in their place instead of -infinity, which differs only where a chosen group has fewer than K values above 0.
/// Special values, each in its own row only: NaN logits rank last, the lower id first, and every scale of the K chosen is NaN. Softmax is
/// undefined, and so are its scales NaN, where a logit is +infinity or all are -infinity. The ids of a row are distinct in every case.
/// </remarks>
public static class ManagedRouter
{
    /// <summary>Chooses the K experts of each token, best first.</summary>
    /// <param name="routerLogits">[T, E].</param>
    /// <param name="numExperts">E, 1 to 1024.</param>
    /// <param name="topK">K, 1 to 32 and at most E.</param>
    /// <param name="routing">The method, with <see cref="RouterOptions.Default"/>; not <see cref="RoutingMethod.Preselected"/>.</param>
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
        RouterChecks.Check(routing, numExperts, topK, RouterOptions.Default);
        var settings = new RouterSettings(routing, numExperts, topK, RouterOptions.Default, default);
        Select(routerLogits, settings, tokenSelectedExperts, tokenFinalScales);
    }

    /// <summary>Chooses the experts of each token as a model's router does; the shared experts follow the K chosen, with the scale 1.</summary>
    /// <param name="routerLogits">[T, E], with the router's bias already added.</param>
    /// <param name="router">A router without <see cref="MoeRouter.SharedGateWeight"/>, which needs hidden states (<see cref="Route"/>).</param>
    /// <param name="tokenSelectedExperts">[T, K + S]; written.</param>
    /// <param name="tokenFinalScales">[T, K + S]; written.</param>
    /// <exception cref="ArgumentException">A length does not fit, or the router has a shared gate.</exception>
    public static void SelectExperts(
        ReadOnlySpan<float> routerLogits, MoeRouter router, Span<int> tokenSelectedExperts, Span<float> tokenFinalScales)
    {
        ArgumentNullException.ThrowIfNull(router);
        if (!router.SharedGateWeight.IsEmpty)
        {
            throw new ArgumentException("router has SharedGateWeight, which needs the hidden states; call Route.", nameof(router));
        }

        Select(routerLogits, RouterSettings.Of(router), tokenSelectedExperts, tokenFinalScales);
    }

    /// <summary>Chooses the experts of each token from its hidden states; the shared experts, E to E + S - 1, follow the K chosen.</summary>
    /// <typeparam name="T">Element type: <see cref="BFloat16"/>, <see cref="Half"/> or <see cref="float"/>.</typeparam>
    /// <param name="input">[T, H].</param>
    /// <param name="router">The router; H must be its <see cref="MoeRouter.HiddenSize"/>.</param>
    /// <param name="tokenSelectedExperts">[T, K + S]; written.</param>
    /// <param name="tokenFinalScales">[T, K + S]; written. With <see cref="RoutingMethod.TopKSigmoidInput"/> the first K belong to the experts' inputs.</param>
    /// <param name="maxDegreeOfParallelism">Most threads at once; -1 for as many as there are processors.</param>
    /// <exception cref="ArgumentException">A length or value does not fit; the message names it, its value and what is allowed.</exception>
    public static void Route<T>(
        ReadOnlySpan<T> input, MoeRouter router, Span<int> tokenSelectedExperts, Span<float> tokenFinalScales, int maxDegreeOfParallelism = -1)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(router);
        float[] logits = RouterLogits.Compute(input, router.Weight.Span, router.HiddenSize, maxDegreeOfParallelism);
        ReadOnlySpan<float> bias = router.Bias.Span;
        for (int i = 0; !bias.IsEmpty && i < logits.Length; i++)
        {
            logits[i] += bias[i % bias.Length];
        }

        Select(logits, RouterSettings.Of(router), tokenSelectedExperts, tokenFinalScales);
        if (!router.SharedGateWeight.IsEmpty)
        {
            float[] gates = RouterLogits.Compute(input, router.SharedGateWeight.Span, router.HiddenSize, maxDegreeOfParallelism);
            for (int token = 0; token < gates.Length; token++)
            {
                tokenFinalScales.Slice((token * router.SlotsPerToken) + router.TopK, router.Options.NumSharedExperts).Fill(RouterScores.Sigmoid(gates[token]));
            }
        }
    }

    private static void Select(ReadOnlySpan<float> logits, RouterSettings settings, Span<int> ids, Span<float> scales)
    {
        int numExperts = settings.NumExperts;
        int slots = settings.TopK + settings.Options.NumSharedExperts;
        CheckLengths(logits, settings, slots, ids, scales);
        TokenRouter router = TokenRouter.Create(settings);
        for (int token = 0; token < logits.Length / numExperts; token++)
        {
            Span<int> tokenIds = ids.Slice(token * slots, slots);
            Span<float> tokenScales = scales.Slice(token * slots, slots);
            router.SelectToken(logits.Slice(token * numExperts, numExperts), tokenIds[..settings.TopK], tokenScales[..settings.TopK]);
            for (int shared = 0; shared < settings.Options.NumSharedExperts; shared++)
            {
                tokenIds[settings.TopK + shared] = numExperts + shared;
                tokenScales[settings.TopK + shared] = 1;
            }
        }
    }

    private static void CheckLengths(ReadOnlySpan<float> logits, RouterSettings settings, int slotsPerToken, Span<int> ids, Span<float> scales)
    {
        if (logits.Length % settings.NumExperts != 0)
        {
            throw new ArgumentException(
                $"routerLogits has {logits.Length} elements; required is a multiple of numExperts {settings.NumExperts} ([T, E]).", nameof(logits));
        }

        string what = settings.Options.NumSharedExperts == 0 ? "[T, K]" : "[T, K + S]";
        long slots = (long)(logits.Length / settings.NumExperts) * slotsPerToken;
        CheckLength("tokenSelectedExperts", ids.Length, slots, what);
        CheckLength("tokenFinalScales", scales.Length, slots, what);
    }

    private static void CheckLength(string name, int length, long required, string what)
    {
        if (length != required)
        {
            throw new ArgumentException($"{name} has {length} elements; required are {required} ({what}).");
        }
    }
}
