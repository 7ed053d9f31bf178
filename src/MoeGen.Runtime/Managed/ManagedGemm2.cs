using System.Numerics;

namespace MoeGen;

/// <summary>Activated rows x fc2, plus bias: [rows, I] in sorted order -> [T * K, H] in slot order; rows of dropped slots are left as they are.</summary>
/// <param name="layer">The layer.</param>
/// <param name="route">The rows of each expert.</param>
/// <param name="rowScales">Scale of each row's codes, in sorted order; <see langword="null"/> where the activated rows are no codes.</param>
internal sealed class ManagedGemm2<T, TAcc>(ManagedLayer<T> layer, RoutePlan route, float[]? rowScales)
    where T : unmanaged
    where TAcc : unmanaged, IFloatingPointIeee754<TAcc>
{
    // Outputs h of one work item; H is a multiple of 8, so no group of weight rows is ever partial.
    private const int OutputsPerItem = 64;

    private readonly ExpertWeights<T> _weights = layer.Weights;
    private readonly int _hidden = layer.Weights.Shape.HiddenSize;
    private readonly int _intermediate = layer.Weights.Shape.IntermediateSize;
    private readonly bool _saturate = layer.Saturates;
    private readonly bool _round = layer.Options.Rounding.HasFlag(RoundingPoints.ExpertOutput);

    public void Run(TAcc[] activated, TAcc[] expertOutput)
    {
        int blocks = (_hidden + OutputsPerItem - 1) / OutputsPerItem;
        TileLoop.Run<TAcc>(
            _weights.Fc2Stream,
            route,
            blocks,
            checked(VectorKernel.Rows * _intermediate),
            layer.Options.MaxDegreeOfParallelism,
            (tile, block, scratch) => RunItem(tile, block * OutputsPerItem, activated, expertOutput, scratch));
    }

    private void RunItem(RoutePlan.RowTile tile, int firstOutput, TAcc[] activated, TAcc[] expertOutput, TAcc[] rows)
    {
        ReadOnlySpan<float> scales = _weights.Fc2ChannelScales(tile.Expert);
        int end = Math.Min(firstOutput + OutputsPerItem, _hidden);
        Span<TAcc> dots = stackalloc TAcc[2 * VectorKernel.Rows];
        Span<TAcc> biases = stackalloc TAcc[_weights.Fc2ExpertBiases.IsEmpty ? 0 : VectorKernel.Rows];
        Span<TAcc> channels = stackalloc TAcc[scales.IsEmpty ? 0 : VectorKernel.Rows];
        for (int h = firstOutput; h < end; h += VectorKernel.Rows)
        {
            _weights.LoadFc2Rows(tile.Expert, h, rows.AsSpan(0, VectorKernel.Rows * _intermediate));
            for (int r = 0; r < channels.Length; r++)
            {
                channels[r] = TAcc.CreateTruncating(scales[h + r]);
            }

            if (!biases.IsEmpty)
            {
                ElementConversion.Widen(_weights.Fc2ExpertBiases.Span.Slice((tile.Expert * _hidden) + h, VectorKernel.Rows), biases);
            }

            int row = tile.FirstRow;
            for (; row + 1 < tile.FirstRow + tile.Rows; row += 2)
            {
                ref TAcc x = ref activated[row * _intermediate];
                ref TAcc y = ref activated[(row + 1) * _intermediate];
                VectorKernel.Dot4x2(ref rows[0], ref x, ref y, _intermediate, dots);
                Store(dots[..VectorKernel.Rows], channels, biases, expertOutput, row, h);
                Store(dots[VectorKernel.Rows..], channels, biases, expertOutput, row + 1, h);
            }

            if (row < tile.FirstRow + tile.Rows)
            {
                VectorKernel.Dot4x1(ref rows[0], ref activated[row * _intermediate], _intermediate, dots);
                Store(dots[..VectorKernel.Rows], channels, biases, expertOutput, row, h);
            }
        }
    }

    private void Store(Span<TAcc> dots, ReadOnlySpan<TAcc> channels, ReadOnlySpan<TAcc> biases, TAcc[] expertOutput, int row, int h)
    {
        VectorKernel.Rescale(channels, rowScales is null ? TAcc.One : TAcc.CreateTruncating(rowScales[row]), dots);
        VectorKernel.Add(biases, dots);
        Span<TAcc> to = expertOutput.AsSpan((route.SortedSlots[row] * _hidden) + h, dots.Length);
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = _round ? ElementConversion.Round<T, TAcc>(_saturate ? ElementConversion.SaturateToHalf(dots[i]) : dots[i]) : dots[i];
        }
    }
}
