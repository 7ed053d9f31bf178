namespace MoeGen;

/// <summary>The methods of a softmax: over all logits or over the chosen ones, with groups or without.</summary>
internal sealed class SoftmaxRouter : TokenRouter
{
    private readonly GroupRanking? _groups;
    private readonly bool _overChosen;

    public SoftmaxRouter(RouterSettings settings)
        : base(settings)
    {
        RouterOptions options = settings.Options;
        _groups = options.NumSelectedGroups < options.NumExpertGroups
            ? new GroupRanking(settings.NumExperts, options.NumExpertGroups, options.NumSelectedGroups)
            : null;
        _overChosen = options.Renormalize || settings.Routing is RoutingMethod.SoftmaxTopKRenormalized or RoutingMethod.TopKSoftmax;
    }

    protected override void Select(ReadOnlySpan<float> logits, Span<int> ids, Span<float> scales)
    {
        // A probability grows with its logit, so logits rank, also where probabilities round to the same number.
        if (_groups is null)
        {
            Ranking.Take(logits, ids);
        }
        else
        {
            Ranking.TakeFromGroups(logits, _groups.Select(logits, takesTwo: false), _groups.GroupSize, ids);
        }

        double max = Max(logits);
        double sum = 0;
        foreach (float logit in logits)
        {
            sum += Math.Exp(logit - max);
        }

        double chosen = 0;
        foreach (int expert in ids)
        {
            chosen += Math.Exp(logits[expert] - max);
        }

        double divisor = _overChosen ? chosen + (Settings.Options.Renormalize ? 1e-20 * sum : 0) : sum;
        for (int k = 0; k < ids.Length; k++)
        {
            scales[k] = (float)(Math.Exp(logits[ids[k]] - max) / divisor * Settings.Options.RoutedScalingFactor);
        }
    }

    private static double Max(ReadOnlySpan<float> logits)
    {
        double max = double.NegativeInfinity;
        foreach (float logit in logits)
        {
            max = logit > max ? logit : max;
        }

        return max;
    }
}
