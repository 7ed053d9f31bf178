namespace MoeGen;

/// <summary>The K largest of score + selection bias, from the best groups where there are several; the scales are the scores alone.</summary>
internal sealed class ScoreRouter : TokenRouter
{
    private readonly Func<float, float> _score;
    private readonly GroupRanking? _groups;
    private readonly float[] _scores;
    private readonly float[] _biased;

    public ScoreRouter(RouterSettings settings, Func<float, float> score)
        : base(settings)
    {
        RouterOptions options = settings.Options;
        _score = score;
        _groups = options.NumSelectedGroups < options.NumExpertGroups
            ? new GroupRanking(settings.NumExperts, options.NumExpertGroups, options.NumSelectedGroups)
            : null;
        _scores = new float[settings.NumExperts];
        _biased = new float[settings.NumExperts];
    }

    protected override void Select(ReadOnlySpan<float> logits, Span<int> ids, Span<float> scales)
    {
        ReadOnlySpan<float> bias = Settings.SelectionBias.Span;
        for (int expert = 0; expert < logits.Length; expert++)
        {
            _scores[expert] = _score(logits[expert]);
            _biased[expert] = bias.IsEmpty ? _scores[expert] : _scores[expert] + bias[expert];
        }

        if (_groups is null)
        {
            Ranking.Take(_biased, ids);
        }
        else
        {
            Ranking.TakeFromGroups(_biased, _groups.Select(_biased, takesTwo: true), _groups.GroupSize, ids);
        }

        double chosen = 0;
        foreach (int expert in ids)
        {
            chosen += _scores[expert];
        }

        double divisor = Settings.Options.Renormalize ? chosen + 1e-20 : 1;
        for (int k = 0; k < ids.Length; k++)
        {
            scales[k] = (float)(_scores[ids[k]] / divisor * Settings.Options.RoutedScalingFactor);
        }
    }
}
