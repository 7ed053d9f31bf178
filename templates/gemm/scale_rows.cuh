#pragma once
#include "mainloop.cuh"
#include "tile_schedule.cuh"
// A factor of each row of a tile.

template <class Tile, class ScaleOf> __device__ __forceinline__ void scale_rows(Accumulators<Tile>& accumulators, const TileCoordinates& tile, ScaleOf scale_of) {
    using Traits = TileTraits<Tile>;
#pragma unroll
    for (int m8 = 0; m8 < 2 * Traits::kFragmentsM; ++m8) {
        // Each thread holds row lane / 4 of the upper and of the lower eight of every m16 fragment.
        const int row = tile.row_begin + Traits::fragment_row(m8 / 2) + m8 % 2 * 8 + threadIdx.x % 32 / 4;
        const float scale = row < tile.row_end ? scale_of(row) : 0.0f;
#pragma unroll
        for (int n = 0; n < Traits::kFragmentsN; ++n) {
            accumulators[m8 / 2][n][m8 % 2 * 2] *= scale;
            accumulators[m8 / 2][n][m8 % 2 * 2 + 1] *= scale;
        }
    }
}
