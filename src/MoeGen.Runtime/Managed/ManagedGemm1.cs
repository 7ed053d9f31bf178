using System.Numerics;

namespace MoeGen;

/// <summary>Gathered input rows x fc1, plus bias, with the activation: [rows, H] -> [rows, I] in sorted order.</summary>
/// <param name="layer">The layer.</param>
/// <param name="route">The rows of each expert.</param>
/// <param name="inputScales">Factor of each slot's input; <see langword="null"/> for 1.</param>
/// <param name="rowScales">Scale of each token's codes; <see langword="null"/> where the input is no codes.</param>
internal sealed class ManagedGemm1<T, TAcc>(ManagedLayer<T> layer, RoutePlan route, float[]? inputScales, float[]? rowScales)
    where T : unmanaged
    where TAcc : unmanaged, IFloatingPointIeee754<TAcc>
{
    // Outputs j of one work item; I is a multiple of 8, so no group of weight rows is ever partial.
    private const int OutputsPerItem = 32;

    private readonly ExpertWeights<T> _weights = layer.Weights;
    private readonly int _hidden = layer.Weights.Shape.HiddenSize;
    private readonly int _intermediate = layer.Weights.Shape.IntermediateSize;
    private readonly bool _round = layer.QuantizeActivations || layer.Options.Rounding.HasFlag(RoundingPoints.Activation);

    private readonly bool _saturate = layer.Saturates;

    public void Run<TActivation>(TAcc[] input, TAcc[] activated)
        where TActivation : struct, IManagedActivation
    {
        int blocks = (_intermediate + OutputsPerItem - 1) / OutputsPerItem;
        TileLoop.Run<TAcc>(
            _weights.Fc1Stream,
            route,
            blocks,
            checked(VectorKernel.Rows * _hidden),
            layer.Options.MaxDegreeOfParallelism,
            (tile, block, scratch) => RunItem<TActivation>(tile, block * OutputsPerItem, input, activated, scratch));
    }

    private void RunItem<TActivation>(RoutePlan.RowTile tile, int firstOutput, TAcc[] input, TAcc[] activated, TAcc[] rows)
        where TActivation : struct, IManagedActivation
    {
        SwigluValues<TAcc> swiglu = SwigluValues<TAcc>.Of(_weights, layer.Swiglu, tile.Expert);
        int step = TActivation.IsGated ? VectorKernel.Rows / 2 : VectorKernel.Rows;
        int end = Math.Min(firstOutput + OutputsPerItem, _intermediate);
        Span<TAcc> dots = stackalloc TAcc[2 * VectorKernel.Rows];
        Span<TAcc> biases = stackalloc TAcc[_weights.Fc1ExpertBiases.IsEmpty ? 0 : VectorKernel.Rows];
        Span<TAcc> channels = stackalloc TAcc[_weights.Fc1ChannelScales(tile.Expert).IsEmpty ? 0 : VectorKernel.Rows];
        for (int j = firstOutput; j < end; j += step)
        {
            LoadRows<TActivation>(tile.Expert, j, rows, channels, biases);
            int row = tile.FirstRow;
            for (; row + 1 < tile.FirstRow + tile.Rows; row += 2)
            {
                VectorKernel.Dot4x2(ref rows[0], ref InputRow(input, row), ref InputRow(input, row + 1), _hidden, dots);
                Store<TActivation>(dots[..VectorKernel.Rows], channels, biases, swiglu, activated, row, j);
                Store<TActivation>(dots[VectorKernel.Rows..], channels, biases, swiglu, activated, row + 1, j);
            }

            if (row < tile.FirstRow + tile.Rows)
            {
                VectorKernel.Dot4x1(ref rows[0], ref InputRow(input, row), _hidden, dots);
                Store<TActivation>(dots[..VectorKernel.Rows], channels, biases, swiglu, activated, row, j);
            }
        }
    }

    // Gated: gate j, gate j+1, up j, up j+1. Plain: outputs j..j+3. Channel scales and biases lie in the order of the weight rows.
    private void LoadRows<TActivation>(int expert, int j, TAcc[] rows, Span<TAcc> channels, Span<TAcc> biases)
        where TActivation : struct, IManagedActivation
    {
        for (int r = 0; r < VectorKernel.Rows; r++)
        {
            int row = TActivation.IsGated && r >= 2 ? _weights.Rows.UpRow(j + r - 2) : _weights.Rows.GateRow(j + r);
            _weights.LoadFc1Rows(expert, row, rows.AsSpan(r * _hidden, _hidden));
            if (!channels.IsEmpty)
            {
                channels[r] = TAcc.CreateTruncating(_weights.Fc1ChannelScales(expert)[row]);
            }

            if (!biases.IsEmpty)
            {
                int first = expert * _weights.Shape.Fc1Rows(TActivation.IsGated);
                ElementConversion.Widen(_weights.Fc1ExpertBiases.Span.Slice(first + row, 1), biases.Slice(r, 1));
            }
        }
    }

    private ref TAcc InputRow(TAcc[] input, int row) => ref input[route.SortedSlots[row] / layer.TopK * _hidden];

    private void Store<TActivation>(
        Span<TAcc> dots, ReadOnlySpan<TAcc> channels, ReadOnlySpan<TAcc> biases, SwigluValues<TAcc> swiglu, TAcc[] activated, int row, int j)
        where TActivation : struct, IManagedActivation
    {
        VectorKernel.Rescale(channels, rowScales is null ? TAcc.One : TAcc.CreateTruncating(rowScales[route.SortedSlots[row] / layer.TopK]), dots);
        if (inputScales is not null)
        {
            // Before the biases: fc1 . (s x) = s (fc1 . x).
            var scale = TAcc.CreateTruncating(inputScales[route.SortedSlots[row]]);
            foreach (ref TAcc dot in dots)
            {
                dot *= scale;
            }
        }

        VectorKernel.Add(biases, dots);
        int outputs = TActivation.IsGated ? VectorKernel.Rows / 2 : VectorKernel.Rows;
        Span<TAcc> to = activated.AsSpan((row * _intermediate) + j, outputs);
        for (int i = 0; i < to.Length; i++)
        {
            TAcc value = TActivation.Apply(dots[i], TActivation.IsGated ? dots[i + 2] : default, swiglu);
            value = _saturate ? ElementConversion.SaturateToHalf(value) : value;
            to[i] = _round ? ElementConversion.Round<T, TAcc>(value) : value;
        }
    }
}
