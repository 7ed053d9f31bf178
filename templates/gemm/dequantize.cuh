#pragma once
#include "mainloop.cuh"
#include "tile_schedule.cuh"
// Sums over codes of weights become values: times the scale of their weight row.

struct WeightScales {
    const float* scales;  // of all experts' weight rows
    long long first_row;  // of the expert
};

// `values` and `sums` may be the same.
template <class Tile, bool kPaired>
__device__ __forceinline__ void dequantize(
    Accumulators<Tile>& values, const Accumulators<Tile, Sum>& sums, const TileCoordinates& tile, WeightScales weights,
    int num_outputs, RowOrder gate, RowOrder up) {
    using Traits = TileTraits<Tile>;
    using Columns = ColumnMap<Tile, kPaired>;
    // One scale at a time, and before those of the rows: in another order this spills.
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
}
