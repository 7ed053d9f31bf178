#pragma once
#include "../config/config.cuh"
#include "columns.cuh"
#include "mainloop.cuh"
#include "tile_schedule.cuh"
// GEMM1: rows gathered by token x fc1, with the activation fused: no buffer of gate and up exists.

struct Gemm1Arguments {
    const Element* input;             // [T, H]
    const Element* fc1ExpertWeights;  // [E, 2I, H] gated, [E, I, H] plain
    Element* activated;               // [T * K, I] in sorted order; written
    const int* expertOffsets;         // [E + 1]
    const int* tileStarts;            // [E + 1]
    const int* tileExperts;           // [M-tiles]
    const int* sortedSlots;           // [T * K]; token = slot / K
    const Element* fc1ExpertBiases;   // [E, 2I] gated, [E, I] plain, in fc1's row order; null means none
    const float* swigluAlpha;         // [E]; null means the configuration's constant, as for the next two
    const float* swigluBeta;          // [E]
    const float* swigluLimit;         // [E]
    int numExperts;                   // E
    int topK;                         // K
    int hiddenSize;                   // H, a multiple of 8
    int intermediateSize;             // I, a multiple of 8
    int gateRowOffset, gateRowStride; // fc1 row of output j: offset + j * stride
    int upRowOffset, upRowStride;     // the same for the up half of a gated pair
};
static_assert(sizeof(Gemm1Arguments) == 120, "the launcher passes this layout");

template <class Tile> __device__ __forceinline__ void gemm1(const Gemm1Arguments& arguments) {
    using Traits = TileTraits<Tile>;
    using Columns = ColumnMap<Tile, kGated>;
    const SharedAddress shared = dynamic_shared_memory();
    const int hidden = kHiddenSize ? kHiddenSize : arguments.hiddenSize;
    const int intermediate = kIntermediateSize ? kIntermediateSize : arguments.intermediateSize;
    const int num_experts = kNumExperts ? kNumExperts : arguments.numExperts;
    const int top_k = kTopK ? kTopK : arguments.topK;
    const RowOrder gate_rows{arguments.gateRowOffset, arguments.gateRowStride};
    const RowOrder up_rows{arguments.upRowOffset, arguments.upRowStride};
    const TileSchedule schedule{arguments.expertOffsets, arguments.tileStarts, arguments.tileExperts, num_experts,
                                (intermediate + Columns::kTileOutputs - 1) / Columns::kTileOutputs};
    const int tiles = schedule.size();

    for (int index = blockIdx.x; index < tiles; index += gridDim.x) {
        const TileCoordinates tile = schedule.at(index, Tile::kTileM);
        const int first_output = tile.column * Columns::kTileOutputs;

        // A gathers the rows' tokens, found once a tile; B picks gate and up rows in the order of ColumnMap.
        RowsA<Tile> a{arguments.input};
#pragma unroll
        for (int pass = 0; pass < RowsA<Tile>::Loader::kPasses; ++pass) {
            const int row = tile.row_begin + pass * RowsA<Tile>::Loader::kRowsPerPass + RowsA<Tile>::Loader::thread_row();
            a.rows[pass] = row < tile.row_end ? arguments.sortedSlots[row] / top_k : -1;
        }
        const long long expert_row = static_cast<long long>(tile.expert) * (kGated ? 2 * intermediate : intermediate);
        const RowsB<Tile, kGated> b(arguments.fc1ExpertWeights + expert_row * hidden, first_output, intermediate, gate_rows, up_rows);
        Accumulators<Tile> accumulators = {};
        // The depth is the run-time one: a constant would make the compiler keep a product of every row in registers, and spill.
        multiply_tile<Tile>(accumulators, a, b, arguments.hiddenSize, shared);
        add_biases<Tile, kGated>(accumulators, arguments.fc1ExpertBiases, expert_row, first_output, intermediate, gate_rows, up_rows);
        const ActivationParameters parameters =
            activation_parameters(arguments.swigluAlpha, arguments.swigluBeta, arguments.swigluLimit, tile.expert);

        // Each thread holds rows lane / 4 and lane / 4 + 8 of every m16 fragment.
        const int warp_row = threadIdx.x / 32 % Tile::kWarpsM * Traits::kWarpTileM;
#pragma unroll
        for (int m = 0; m < Traits::kFragmentsM; ++m) {
#pragma unroll
            for (int half = 0; half < 2; ++half) {
                const int row = tile.row_begin + warp_row + m * 16 + half * 8 + threadIdx.x % 32 / 4;
                if (row >= tile.row_end) continue;
#pragma unroll
                for (int group = 0; group < Columns::kOutputFragments / Columns::kGroup; ++group) {
                    const int output = first_output + Columns::first_output(group);
                    if (output >= intermediate) continue;
                    float values[Columns::kOutputsPerThread];
#pragma unroll
                    for (int i = 0; i < Columns::kOutputsPerThread; ++i) {
                        const int fragment = (group * Columns::kGroup + i / 2) * Columns::kFragmentsPerOutput;
                        const float gate = accumulators[m][fragment][half * 2 + i % 2];
                        const float up = accumulators[m][fragment + Columns::kFragmentsPerOutput - 1][half * 2 + i % 2];
                        values[i] = activate(gate, up, parameters);
                    }
                    store_outputs(arguments.activated + static_cast<long long>(row) * intermediate + output, values);
                }
            }
        }
    }
}
