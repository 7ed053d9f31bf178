#pragma once
#include "../config/config.cuh"
#include "columns.cuh"
#include "mainloop.cuh"
#include "tile_schedule.cuh"
// GEMM2: activated rows x fc2, each row written to the place of its slot, so that finalize reads a token's K rows in order.

struct Gemm2Arguments {
    const Element* activated;         // [T * K, I] in sorted order
    const Element* fc2ExpertWeights;  // [E, H, I]
    Element* expertOutput;            // [T * K, H] in slot order; written
    const int* expertOffsets;         // [E + 1]
    const int* tileStarts;            // [E + 1]
    const int* tileExperts;           // [M-tiles]
    const int* sortedSlots;           // [T * K]
    const Element* fc2ExpertBiases;   // [E, H]; null means none
    int numExperts;                   // E
    int hiddenSize;                   // H, a multiple of 8
    int intermediateSize;             // I, a multiple of 8
    int reserved;
};
static_assert(sizeof(Gemm2Arguments) == 80, "the launcher passes this layout");

template <class Tile> __device__ __forceinline__ void gemm2(const Gemm2Arguments& arguments) {
    using Traits = TileTraits<Tile>;
    using Columns = ColumnMap<Tile, false>;
    const SharedAddress shared = dynamic_shared_memory();
    const int hidden = kHiddenSize ? kHiddenSize : arguments.hiddenSize;
    const int intermediate = kIntermediateSize ? kIntermediateSize : arguments.intermediateSize;
    const int num_experts = kNumExperts ? kNumExperts : arguments.numExperts;
    const TileSchedule schedule{arguments.expertOffsets, arguments.tileStarts, arguments.tileExperts, num_experts,
                                (hidden + Columns::kTileOutputs - 1) / Columns::kTileOutputs};
    const int tiles = schedule.size();

    for (int index = blockIdx.x; index < tiles; index += gridDim.x) {
        const TileCoordinates tile = schedule.at(index, Tile::kTileM);
        const int first_output = tile.column * Columns::kTileOutputs;

        RowsA<Tile> a{arguments.activated};
#pragma unroll
        for (int pass = 0; pass < RowsA<Tile>::Loader::kPasses; ++pass) {
            const int row = tile.row_begin + pass * RowsA<Tile>::Loader::kRowsPerPass + RowsA<Tile>::Loader::thread_row();
            a.rows[pass] = row < tile.row_end ? row : -1;
        }
        const long long expert_row = static_cast<long long>(tile.expert) * hidden;
        const RowsB<Tile, false> b(arguments.fc2ExpertWeights + expert_row * intermediate, first_output, hidden, {0, 1}, {0, 1});
        Accumulators<Tile> accumulators = {};
        // The depth is the run-time one: a constant would make the compiler keep a product of every row in registers, and spill.
        multiply_tile<Tile>(accumulators, a, b, arguments.intermediateSize, shared);
        add_biases<Tile, false>(accumulators, arguments.fc2ExpertBiases, expert_row, first_output, hidden, {0, 1}, {0, 1});

        const int warp_row = threadIdx.x / 32 % Tile::kWarpsM * Traits::kWarpTileM;
#pragma unroll
        for (int m = 0; m < Traits::kFragmentsM; ++m) {
#pragma unroll
            for (int half = 0; half < 2; ++half) {
                const int row = tile.row_begin + warp_row + m * 16 + half * 8 + threadIdx.x % 32 / 4;
                if (row >= tile.row_end) continue;
                Element* destination = arguments.expertOutput + static_cast<long long>(arguments.sortedSlots[row]) * hidden;
#pragma unroll
                for (int group = 0; group < Columns::kOutputFragments / Columns::kGroup; ++group) {
                    const int output = first_output + Columns::first_output(group);
                    if (output >= hidden) continue;
                    float values[Columns::kOutputsPerThread];
#pragma unroll
                    for (int i = 0; i < Columns::kOutputsPerThread; ++i)
                        values[i] = accumulators[m][group * Columns::kGroup + i / 2][half * 2 + i % 2];
                    store_outputs(destination + output, values);
                }
            }
        }
    }
}
