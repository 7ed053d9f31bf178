#pragma once
#include "row_values.cuh"
// A factor of each row of a tile.

template <class Tile, class ScaleOf> __device__ __forceinline__ void scale_rows(Accumulators<Tile>& accumulators, const TileCoordinates& tile, ScaleOf scale_of) {
    using Traits = TileTraits<Tile>;
    const RowValues<Tile, float> scales(tile, scale_of);
#pragma unroll
    for (int m8 = 0; m8 < 2 * Traits::kFragmentsM; ++m8) {
        const float scale = scales.at(m8);
#pragma unroll
        for (int n = 0; n < Traits::kFragmentsN; ++n) {
            accumulators[m8 / 2][n][m8 % 2 * 2] *= scale;
            accumulators[m8 / 2][n][m8 % 2 * 2 + 1] *= scale;
        }
    }
}
