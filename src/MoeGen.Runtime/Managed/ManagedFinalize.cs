using System.Numerics;

namespace MoeGen;

/// <summary>The reduction over the K experts of a token: out[t] = sum over k = 0..K-1, in this order, of scale[t,k] * row[t,k].</summary>
internal sealed class ManagedFinalize<T, TAcc>(ManagedLayer<T> layer)
    where T : unmanaged
    where TAcc : unmanaged, IFloatingPointIeee754<TAcc>
{
    // Accumulators that one work item adds up: enough to pay for handing it to a thread.
    private const int AddsPerItem = 1 << 14;

    private readonly int _hidden = layer.Weights.Shape.HiddenSize;
    private readonly int _numExperts = layer.Weights.Shape.NumExperts;
    private readonly int _topK = layer.TopK;
    private readonly bool _round = layer.Options.Rounding.HasFlag(RoundingPoints.Output);

    /// <summary>Writes <paramref name="rounded"/> or, where that is empty, <paramref name="exact"/>; ids are local.</summary>
    public unsafe void Run(TAcc[] expertOutput, ReadOnlySpan<int> ids, ReadOnlySpan<float> scales, Span<T> rounded, Span<TAcc> exact)
    {
        int tokens = ids.Length / _topK;
        int tokensPerItem = (int)Math.Max(1, AddsPerItem / ((long)_topK * _hidden));
        fixed (int* idsStart = ids)
        fixed (float* scalesStart = scales)
        fixed (T* roundedStart = rounded)
        fixed (TAcc* exactStart = exact)
        {
            var pinnedIds = new PinnedSpan<int>(idsStart, ids.Length);
            var pinnedScales = new PinnedSpan<float>(scalesStart, scales.Length);
            var pinnedRounded = new PinnedSpan<T>(roundedStart, rounded.Length);
            var pinnedExact = new PinnedSpan<TAcc>(exactStart, exact.Length);
            WorkLoop.Run<TAcc>(
                (tokens + tokensPerItem - 1) / tokensPerItem,
                exact.IsEmpty ? _hidden : 0,
                layer.Options.MaxDegreeOfParallelism,
                (item, scratch) =>
                {
                    int first = (int)item * tokensPerItem;
                    int end = Math.Min(first + tokensPerItem, tokens);
                    for (int token = first; token < end; token++)
                    {
                        Span<TAcc> sum = pinnedExact.Span.IsEmpty ? scratch : pinnedExact.Span.Slice(token * _hidden, _hidden);
                        Reduce(expertOutput, token, pinnedIds.Span, pinnedScales.Span, sum);
                        Write(sum, token, pinnedRounded.Span);
                    }
                });
        }
    }

    private void Reduce(TAcc[] expertOutput, int token, ReadOnlySpan<int> ids, ReadOnlySpan<float> scales, Span<TAcc> sum)
    {
        sum.Clear();
        for (int slot = token * _topK; slot < (token + 1) * _topK; slot++)
        {
            // A dropped slot's row was never written: it is skipped, not multiplied by zero.
            if ((uint)ids[slot] < (uint)_numExperts)
            {
                TAcc scale = scales.IsEmpty ? TAcc.One : TAcc.CreateTruncating(scales[slot]);
                VectorKernel.AddScaled(expertOutput.AsSpan(slot * _hidden, _hidden), scale, sum);
            }
        }
    }

    private void Write(Span<TAcc> sum, int token, Span<T> rounded)
    {
        if (!rounded.IsEmpty)
        {
            ElementConversion.Narrow(sum, rounded.Slice(token * _hidden, _hidden));
            return;
        }

        if (_round)
        {
            foreach (ref TAcc value in sum)
            {
                value = ElementConversion.Round<T, TAcc>(value);
            }
        }
    }
}
