using System.Numerics;

namespace MoeGen;

/// <summary>Gathered input rows x fc1 with the activation: [rows, H] -> [rows, I] in sorted order.</summary>
internal sealed class ManagedGemm1<T, TAcc>(MoeWeights<T> weights, RoutePlan route, int topK, ManagedOptions options)
    where T : unmanaged
    where TAcc : unmanaged, IFloatingPointIeee754<TAcc>
{
    // Outputs j of one work item; I is a multiple of 8, so no group of weight rows is ever partial.
    private const int OutputsPerItem = 32;

    private readonly int _hidden = weights.Shape.HiddenSize;
    private readonly int _intermediate = weights.Shape.IntermediateSize;
    private readonly bool _round = options.Rounding.HasFlag(RoundingPoints.Activation);

    public void Run<TActivation>(TAcc[] input, TAcc[] activated)
        where TActivation : struct, IManagedActivation
    {
        int blocks = (_intermediate + OutputsPerItem - 1) / OutputsPerItem;
        WorkLoop.Run<TAcc>(
            (long)route.Tiles.Length * blocks,
            checked(VectorKernel.Rows * _hidden),
            options.MaxDegreeOfParallelism,
            (item, scratch) => RunItem<TActivation>(route.Tiles[item / blocks], (int)(item % blocks) * OutputsPerItem, input, activated, scratch));
    }

    private void RunItem<TActivation>(RoutePlan.RowTile tile, int firstOutput, TAcc[] input, TAcc[] activated, TAcc[] rows)
        where TActivation : struct, IManagedActivation
    {
        ReadOnlySpan<T> fc1 = weights.Fc1ExpertWeights[tile.Expert].Span;
        int step = TActivation.IsGated ? VectorKernel.Rows / 2 : VectorKernel.Rows;
        int end = Math.Min(firstOutput + OutputsPerItem, _intermediate);
        Span<TAcc> dots = stackalloc TAcc[2 * VectorKernel.Rows];
        for (int j = firstOutput; j < end; j += step)
        {
            LoadRows<TActivation>(fc1, j, rows);
            int row = tile.FirstRow;
            for (; row + 1 < tile.FirstRow + tile.Rows; row += 2)
            {
                VectorKernel.Dot4x2(ref rows[0], ref InputRow(input, row), ref InputRow(input, row + 1), _hidden, dots);
                Store<TActivation>(dots[..VectorKernel.Rows], activated, row, j);
                Store<TActivation>(dots[VectorKernel.Rows..], activated, row + 1, j);
            }

            if (row < tile.FirstRow + tile.Rows)
            {
                VectorKernel.Dot4x1(ref rows[0], ref InputRow(input, row), _hidden, dots);
                Store<TActivation>(dots[..VectorKernel.Rows], activated, row, j);
            }
        }
    }

    // Gated: gate j, gate j+1, up j, up j+1. Plain: outputs j..j+3.
    private void LoadRows<TActivation>(ReadOnlySpan<T> fc1, int j, TAcc[] rows)
        where TActivation : struct, IManagedActivation
    {
        for (int r = 0; r < VectorKernel.Rows; r++)
        {
            int row = TActivation.IsGated && r >= 2 ? weights.Rows.UpRow(j + r - 2) : weights.Rows.GateRow(j + r);
            ElementConversion.Widen(fc1.Slice(row * _hidden, _hidden), rows.AsSpan(r * _hidden, _hidden));
        }
    }

    private ref TAcc InputRow(TAcc[] input, int row) => ref input[route.SortedSlots[row] / topK * _hidden];

    private void Store<TActivation>(ReadOnlySpan<TAcc> dots, TAcc[] activated, int row, int j)
        where TActivation : struct, IManagedActivation
    {
        int outputs = TActivation.IsGated ? VectorKernel.Rows / 2 : VectorKernel.Rows;
        Span<TAcc> to = activated.AsSpan((row * _intermediate) + j, outputs);
        for (int i = 0; i < to.Length; i++)
        {
            TAcc value = TActivation.Apply(dots[i], TActivation.IsGated ? dots[i + 2] : default);
            to[i] = _round ? ElementConversion.Round<T, TAcc>(value) : value;
        }
    }
}
