#pragma once
#include "mainloop.cuh"
#include "tile_schedule.cuh"
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
    float row_scales[2 * Traits::kFragmentsM];
#pragma unroll
    for (int m8 = 0; m8 < 2 * Traits::kFragmentsM; ++m8) {
        // Each thread holds row lane / 4 of the upper and of the lower eight of every m16 fragment.
        const int row = tile.row_begin + Traits::fragment_row(m8 / 2) + m8 % 2 * 8 + threadIdx.x % 32 / 4;
        row_scales[m8] = row < tile.row_end ? scale_of(row) : 0.0f;
    }
#pragma unroll
    for (int column = 0; column < Traits::kFragmentsN * 2; ++column) {
        const int n = column / 2, i = column % 2, fragment = n / Columns::kFragmentsPerOutput;
        const int output = tile.column * Columns::kTileOutputs + Columns::first_output(fragment / Columns::kGroup) + fragment % Columns::kGroup * 2 + i;
        const RowOrder order = kPaired && n % 2 == 1 ? up : gate;
        const float scale = output < num_outputs ? weights.scales[weights.first_row + order.offset + output * order.stride] : 0.0f;
#pragma unroll
        for (int m8 = 0; m8 < 2 * Traits::kFragmentsM; ++m8)
            values[m8 / 2][n][m8 % 2 * 2 + i] = static_cast<float>(sums[m8 / 2][n][m8 % 2 * 2 + i]) * (row_scales[m8] * scale);
    }
}
