namespace MoeGen;

/// <summary>The K largest logits; sigmoid(z) is the scale, of the expert's input.</summary>
internal sealed class SigmoidInputRouter(RouterSettings settings) : TokenRouter(settings)
{
    protected override void Select(ReadOnlySpan<float> logits, Span<int> ids, Span<float> scales)
    {
        Ranking.Take(logits, ids);
        for (int k = 0; k < ids.Length; k++)
        {
            scales[k] = RouterScores.Sigmoid(logits[ids[k]]) * Settings.Options.RoutedScalingFactor;
        }
    }
}
