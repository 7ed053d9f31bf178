using System.Numerics;

namespace MoeGen;

/// <summary>The reduction over the K experts of a token: out[t] = sum over k = 0..K-1, in this order, of scale[t,k] * row[t,k].</summary>
internal sealed class ManagedFinalize<T, TAcc>(ManagedLayer<T> layer)
    where T : unmanaged
    where TAcc : unmanaged, IFloatingPointIeee754<TAcc>
{
    private readonly bool _round = layer.Options.Rounding.HasFlag(RoundingPoints.Output);

    public void Run(TAcc[] expertOutput, ReadOnlySpan<int> ids, ReadOnlySpan<float> scales, Span<T> rounded, Span<TAcc> exact)
    {
        int hidden = layer.Weights.Shape.HiddenSize;
        int topK = layer.TopK;
        var scratch = new TAcc[hidden];
        for (int token = 0; token < ids.Length / topK; token++)
        {
            Span<TAcc> sum = exact.IsEmpty ? scratch : exact.Slice(token * hidden, hidden);
            sum.Clear();
            for (int slot = token * topK; slot < (token + 1) * topK; slot++)
            {
                // A dropped slot's row was never written: it is skipped, not multiplied by zero.
                if ((uint)ids[slot] < (uint)layer.Weights.Shape.NumExperts)
                {
                    TAcc scale = scales.IsEmpty ? TAcc.One : TAcc.CreateTruncating(scales[slot]);
                    VectorKernel.AddScaled(expertOutput.AsSpan(slot * hidden, hidden), scale, sum);
                }
            }

            if (!rounded.IsEmpty)
            {
                ElementConversion.Narrow(sum, rounded.Slice(token * hidden, hidden));
            }
            else if (_round)
            {
                RoundInPlace(sum);
            }
        }
    }

    private static void RoundInPlace(Span<TAcc> values)
    {
        foreach (ref TAcc value in values)
        {
            value = ElementConversion.Round<T, TAcc>(value);
        }
    }
}
