#pragma once
#include "scale_rows.cuh"
// Sums of products of codes become values: times the scale of their row and that of their weight row.

struct WeightScales {
    const float* scales;  // of all experts' weight rows
    long long first_row;  // of the expert
};

template <class Tile, bool kPaired, class ScaleOf>
__device__ __forceinline__ void dequantize(
    Accumulators<Tile>& values, const Accumulators<Tile, Sum>& sums, const TileCoordinates& tile, ScaleOf scale_of, WeightScales weights,
    int num_outputs, RowOrder gate, RowOrder up) {
    using Traits = TileTraits<Tile>;
    using Columns = ColumnMap<Tile, kPaired>;
    // Columns first, and one scale at a time: another order, beside the accumulators, spills.
#pragma unroll
    for (int column = 0; column < Traits::kFragmentsN * 2; ++column) {
        const int n = column / 2, i = column % 2, fragment = n / Columns::kFragmentsPerOutput;
        const int output = tile.column * Columns::kTileOutputs + Columns::first_output(fragment / Columns::kGroup) + fragment % Columns::kGroup * 2 + i;
        const RowOrder order = kPaired && n % 2 == 1 ? up : gate;
        const float scale = output < num_outputs ? weights.scales[weights.first_row + order.offset + output * order.stride] : 0.0f;
#pragma unroll
        for (int m = 0; m < Traits::kFragmentsM; ++m) {
            values[m][n][i] = static_cast<float>(sums[m][n][i]) * scale;
            values[m][n][2 + i] = static_cast<float>(sums[m][n][2 + i]) * scale;
        }
    }
    scale_rows<Tile>(values, tile, scale_of);
}
