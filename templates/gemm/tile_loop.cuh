#pragma once
#include "../finalize/store_outputs.cuh"
#include "mainloop.cuh"
#include "tile_schedule.cuh"
// What both GEMMs do with their tiles: a persistent block draws one after the other. Tiles take unequal time (an expert's last
// one may hold few rows), so none is dealt in advance; who computes a tile changes nothing in its result.

// A block's draws, in shared memory: while a tile is multiplied, every register counts.
struct TileQueue {
    int next[2];       // used in turn: one may still be read while the other is written
#ifdef MOE_FUSED
    int drawn_before;  // what a drawn number is less: 0, or - gridDim.x where each block has its first tile without drawing it
    int ready_expert;  // whose tiles need not be waited for
    // By thread 0 alone, as the next.
    __device__ __forceinline__ int draw(int* drawn_tiles) const { return atomicAdd(drawn_tiles, 1) - drawn_before; }
    __device__ __forceinline__ void begin_with_own_tile() {
        drawn_before = -static_cast<int>(gridDim.x);
        next[1] = blockIdx.x;
    }
#else
    __device__ __forceinline__ int draw(int* drawn_tiles) const { return static_cast<int>(gridDim.x) + atomicAdd(drawn_tiles, 1); }
#endif
};

// Where one kernel has both GEMMs, thread 0 has set `queue`, next[1] to the block's first tile. `copies_of(tile)` finds the operands' rows, `store(tile, accumulators)` writes the results.
template <class Tile, class CopiesOf, class Store>
__device__ __forceinline__ void for_each_tile(const TileSchedule& schedule, TileQueue& queue, CopiesOf copies_of, Store store) {
    const SharedAddress shared = dynamic_shared_memory();
    const int tiles = schedule.size();
#ifdef MOE_FUSED
    __syncthreads();
    int index = queue.next[1];
#else
    int index = blockIdx.x;
#endif
    if (index >= tiles) return;
    TileCoordinates tile = schedule.at(index, Tile::kTileM);
#ifdef MOE_DEPTH_SPLITS
    auto copies = copies_of(schedule.part_of(tile));
#else
    auto copies = copies_of(tile);
#endif
    copies.fill_pipeline(shared);
    if (threadIdx.x == 0) queue.next[0] = queue.draw(schedule.drawn_tiles);
    for (int turn = 0;; turn ^= 1) {
        Accumulators<Tile, Sum> accumulators = {};
        multiply_tile<Tile>(accumulators, copies, tile.row_end - tile.row_begin, shared);
        // The next tile's first stages, and the draw of the one after, are under way while this one's results are written.
        const TileCoordinates done = tile;
        index = queue.next[turn];
        int drawn = 0;
        if (index < tiles) {
            tile = schedule.at(index, Tile::kTileM);
#ifdef MOE_DEPTH_SPLITS
            copies = copies_of(schedule.part_of(tile));
#else
            copies = copies_of(tile);
#endif
            copies.fill_pipeline(shared);
            if (threadIdx.x == 0) drawn = queue.draw(schedule.drawn_tiles);
        }
#ifdef MOE_DEPTH_SPLITS
        store(schedule.part_of(done), accumulators);
#else
        store(done, accumulators);
#endif
        if (index >= tiles) return;
        if (threadIdx.x == 0) queue.next[turn ^ 1] = drawn;  // the barriers of multiply_tile publish it
    }
}

// Writes a tile: `destination_of(m8, row)` is output 0 of a sorted row, the m8-th of the thread; `combine(gate, up)` an output's value, where
// unpaired both are the sum.
template <class Tile, bool kPaired, class DestinationOf, class Combine>
__device__ __forceinline__ void store_tile(
    const TileCoordinates& tile, const Accumulators<Tile>& accumulators, int num_outputs, DestinationOf destination_of, Combine combine) {
    using Traits = TileTraits<Tile>;
    using Columns = ColumnMap<Tile, kPaired>;
#pragma unroll
    for (int m8 = 0; m8 < 2 * Traits::kFragmentsM; ++m8) {
        // Each thread holds row lane / 4 of the upper and of the lower eight of every m16 fragment.
        const int m = m8 / 2, half = m8 % 2, row = tile.row_begin + Traits::fragment_row(m) + half * 8 + threadIdx.x % 32 / 4;
        auto* destination = destination_of(m8, row);
        if (row >= tile.row_end) continue;
#pragma unroll
        for (int group = 0; group < Columns::kOutputFragments / Columns::kGroup; ++group) {
            const int output = tile.column * Columns::kTileOutputs + Columns::first_output(group);
            if (output >= num_outputs) continue;
            float values[Columns::kOutputsPerThread];
#pragma unroll
            for (int i = 0; i < Columns::kOutputsPerThread; ++i) {
                const int fragment = (group * Columns::kGroup + i / 2) * Columns::kFragmentsPerOutput;
                values[i] = combine(accumulators[m][fragment][half * 2 + i % 2],
                                    accumulators[m][fragment + Columns::kFragmentsPerOutput - 1][half * 2 + i % 2]);
            }
            store_outputs(destination + output, values);
        }
    }
}
