namespace MoeGen;

/// <summary>Chooses the K routed experts of one token after the other; not for several threads at once.</summary>
internal abstract class TokenRouter(RouterSettings settings)
{
    protected RouterSettings Settings { get; } = settings;

    protected ExpertRanking Ranking { get; } = new(settings.NumExperts);

    public static TokenRouter Create(RouterSettings settings) => settings.Routing switch
    {
        RoutingMethod.SoftmaxTopK or RoutingMethod.SoftmaxTopKRenormalized or RoutingMethod.TopKSoftmax or RoutingMethod.SoftmaxGroupedTopK =>
            new SoftmaxRouter(settings),
        RoutingMethod.SigmoidTopK or RoutingMethod.SigmoidGroupedTopK => new ScoreRouter(settings, RouterScores.Sigmoid),
        RoutingMethod.SqrtSoftplusTopK => new ScoreRouter(settings, RouterScores.SqrtSoftplus),
        RoutingMethod.TopKSigmoidInput => new SigmoidInputRouter(settings),
        RoutingMethod.SparseMixer => new SparseMixerRouter(settings),
        _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Routing, $"routing is {settings.Routing}, which chooses nothing."),
    };

    /// <summary>Writes K ids, best first, and their scales.</summary>
    public void SelectToken(ReadOnlySpan<float> logits, Span<int> ids, Span<float> scales)
    {
        Select(logits, ids, scales);

        // A NaN that was not chosen must show all the same: what it stands for might have been the best.
        if (HasNaN(logits))
        {
            scales.Fill(float.NaN);
        }
    }

    protected abstract void Select(ReadOnlySpan<float> logits, Span<int> ids, Span<float> scales);

    private static bool HasNaN(ReadOnlySpan<float> logits)
    {
        foreach (float logit in logits)
        {
            if (float.IsNaN(logit))
            {
                return true;
            }
        }

        return false;
    }
}
