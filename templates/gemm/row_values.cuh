#pragma once
#include "mainloop.cuh"
#include "tile_schedule.cuh"
// A value of each row of a warp's fragments: a lane loads one or two rows', all at once, and the others get them from it. Loads
// between a tile's stores would be waited for one by one.

// `value_of(row)` finds it; beyond the tile's rows it is 0.
template <class Tile, class Value> struct RowValues {
    static constexpr int kLoads = (TileTraits<Tile>::kWarpTileM + 31) / 32;
    Value values[kLoads];
    template <class ValueOf> __device__ __forceinline__ RowValues(const TileCoordinates& tile, ValueOf value_of) {
#pragma unroll
        for (int load = 0; load < kLoads; ++load) {
            const int lane_row = (load * 32 + threadIdx.x % 32) % TileTraits<Tile>::kWarpTileM;
            const int row = tile.row_begin + TileTraits<Tile>::fragment_row(lane_row / 16) + lane_row % 16;
            values[load] = row < tile.row_end ? value_of(row) : Value();
        }
    }
    // Of row lane / 4 of the m8-th eight rows; all lanes call it together.
    __device__ __forceinline__ Value at(int m8) const { return __shfl_sync(0xffffffffu, values[m8 / 4], m8 % 4 * 8 + threadIdx.x % 32 / 4); }
};
