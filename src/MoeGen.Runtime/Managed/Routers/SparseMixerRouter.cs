namespace MoeGen;

/// <summary>Two rounds, each the largest logit left and its softmax over the logits left that are near it.</summary>
internal sealed class SparseMixerRouter(RouterSettings settings) : TokenRouter(settings)
{
    protected override void Select(ReadOnlySpan<float> logits, Span<int> ids, Span<float> scales)
    {
        Ranking.Take(logits, ids);
        for (int round = 0; round < ids.Length; round++)
        {
            double share = 1 / Sum(logits, logits[ids[round]], round == 0 ? -1 : ids[0]);
            scales[round] = (float)(share * Settings.Options.RoutedScalingFactor);
        }
    }

    // The fp32 comparison decides who takes part, as it is the model's.
    private double Sum(ReadOnlySpan<float> logits, float max, int taken)
    {
        float threshold = 2 * Settings.Options.JitterEpsilon;
        double sum = 0;
        for (int expert = 0; expert < logits.Length; expert++)
        {
            float factor = MathF.Max(MathF.Abs(logits[expert]), max);
            bool isFar = (max - logits[expert]) / factor > threshold;
            sum += expert == taken || isFar ? 0 : Math.Exp((double)logits[expert] - max);
        }

        return sum;
    }
}
