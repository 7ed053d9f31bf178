using System.Buffers;
using System.Numerics;

namespace MoeGen;

/// <summary>
/// The stages in order over one call's tokens, in chunks so that the memory between the stages stays bounded: at most
/// <c>chunkElements</c> accumulators, more only where a single token needs more.
/// </summary>
internal sealed class ManagedPipeline<T, TAcc>(ManagedLayer<T> layer, long chunkElements = 1L << 25)
    where T : unmanaged
    where TAcc : unmanaged, IFloatingPointIeee754<TAcc>
{
    private readonly MoeShape _shape = layer.Weights.Shape;

    /// <summary>Sees what lies between the stages, chunk by chunk, before it is overwritten.</summary>
    public Action<StageRows<TAcc>>? Observer { get; init; }

    /// <summary>Writes <paramref name="rounded"/> or, where that is empty, <paramref name="exact"/>.</summary>
    public void Run(
        ReadOnlySpan<T> input, ReadOnlySpan<int> tokenSelectedExperts, ReadOnlySpan<float> tokenFinalScales, Span<T> rounded, Span<TAcc> exact)
    {
        int hidden = _shape.HiddenSize;
        int topK = layer.TopK;
        int tokens = input.Length / hidden;
        long perToken = hidden + ((long)topK * (hidden + _shape.IntermediateSize));
        int chunk = (int)Math.Clamp(chunkElements / perToken, 1, Math.Max(tokens, 1));
        for (int first = 0; first < tokens; first += chunk)
        {
            int count = Math.Min(chunk, tokens - first);
            RunChunk(
                input.Slice(first * hidden, count * hidden),
                tokenSelectedExperts.Slice(first * topK, count * topK),
                tokenFinalScales.IsEmpty ? default : tokenFinalScales.Slice(first * topK, count * topK),
                rounded.IsEmpty ? default : rounded.Slice(first * hidden, count * hidden),
                exact.IsEmpty ? default : exact.Slice(first * hidden, count * hidden));
        }
    }

    private void RunChunk(ReadOnlySpan<T> input, ReadOnlySpan<int> ids, ReadOnlySpan<float> scales, Span<T> rounded, Span<TAcc> exact)
    {
        int hidden = _shape.HiddenSize;
        ReadOnlySpan<int> experts = ToLocal(ids);
        RoutePlan route = RoutePlan.Create(experts, _shape.NumExperts);
        var (inputScales, outputScales) = SlotScales.Split(scales, layer.TopK, layer.InputScaledSlots);
        TAcc[] wideInput = Rent(input.Length);
        TAcc[] activated = Rent((long)route.SortedSlots.Length * _shape.IntermediateSize);
        TAcc[] expertOutput = Rent((long)ids.Length * hidden);
        try
        {
            ElementConversion.Widen(input, wideInput.AsSpan(0, input.Length));
            var rows = new ManagedRowQuantizer<T, TAcc>(layer);
            float[]? tokenScales = rows.QuantizeTokens(wideInput, input.Length / hidden);
            ManagedActivations.RunGemm1(layer.Activation, new ManagedGemm1<T, TAcc>(layer, route, inputScales, tokenScales), wideInput, activated);
            float[]? rowScales = rows.QuantizeActivated(activated, route);
            new ManagedGemm2<T, TAcc>(layer, route, rowScales).Run(activated, expertOutput);
            Observer?.Invoke(new StageRows<TAcc>(route, tokenScales, activated, rowScales, expertOutput));
            new ManagedFinalize<T, TAcc>(layer).Run(expertOutput, experts, inputScales is null ? scales : outputScales, rounded, exact);
        }
        finally
        {
            ArrayPool<TAcc>.Shared.Return(wideInput);
            ArrayPool<TAcc>.Shared.Return(activated);
            ArrayPool<TAcc>.Shared.Return(expertOutput);
        }
    }

    private ReadOnlySpan<int> ToLocal(ReadOnlySpan<int> ids)
    {
        if (layer.LocalExperts is not { } placement)
        {
            return ids;
        }

        var local = new int[ids.Length];
        for (int slot = 0; slot < local.Length; slot++)
        {
            local[slot] = placement.ToLocal(ids[slot], _shape.NumExperts);
        }

        return local;
    }

    private static TAcc[] Rent(long elements) => elements <= Array.MaxLength
        ? ArrayPool<TAcc>.Shared.Rent((int)elements)
        : throw new NotSupportedException(
            $"One token needs {elements} accumulators between the stages (experts per token x hidden or intermediate size); allowed are {Array.MaxLength}.");
}
