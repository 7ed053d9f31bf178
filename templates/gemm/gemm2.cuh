#pragma once
#include "../config/config.cuh"
#include "dequantize.cuh"
#include "row_values.cuh"
#include "scale_rows.cuh"
#include "tile_loop.cuh"
#ifdef MOE_SATURATED
#include "../quantize/saturate.cuh"
#endif
// GEMM2: activated rows x fc2, each row written to the place of its slot, so that finalize reads a token's K rows in order.

struct Gemm2Arguments {
    const Operand* activated;         // [T * K, I] in sorted order
#ifdef MOE_CODES
    const unsigned char* fc2ExpertWeights;  // codes of [E, H, I]
#else
    const Operand* fc2ExpertWeights;  // [E, H, I]
#endif
    Element* expertOutput;            // [T * K, H] in slot order; written
    const int *expertOffsets, *tileStarts;  // [E + 1]
    const int* tileExperts;           // [M-tiles]
    int* drawnTiles;                  // tiles drawn so far; routing has zeroed it
    const int* sortedSlots;           // [T * K]
    const Element* fc2ExpertBiases;   // [E, H]; null means none
    int numExperts;                   // E
    int hiddenSize, intermediateSize;  // H and I, multiples of 8
    int logSplits, splitDepth, reserved;  // of the parts that the depth is divided into; elements of each but the last
    float* splitSums;                 // [T * K, parts, H] in slot order, written instead of expertOutput where there are several parts
#ifdef MOE_SCALES
    const float* activatedScales;     // [T * K] in sorted order, where activations are codes
    const WeightScale* fc2Scales;     // of each row of fc2, or of each group of it
    const unsigned char* fc2ZeroPoints;  // of each group, where there are any
#endif
};
#ifdef MOE_SCALES
static_assert(sizeof(Gemm2Arguments) == 128, "the launcher passes this layout");
#else
static_assert(sizeof(Gemm2Arguments) == 104, "the launcher passes this layout");
#endif

// All threads call `wait(expert)` before they load a tile.
template <class Tile, class Wait> __device__ __forceinline__ void gemm2(const Gemm2Arguments& arguments, TileQueue& queue, Wait wait) {
    using Columns = ColumnMap<Tile, false>;
#ifdef MOE_INT8
    const int hidden = arguments.hiddenSize, depth = row_codes(arguments.intermediateSize);
#else
    const int hidden = arguments.hiddenSize, depth = arguments.intermediateSize;  // constants here make 128x128 spill
#endif
    const int num_experts = kNumExperts ? kNumExperts : arguments.numExperts;
    auto expert_row = [&](const TileCoordinates& tile) { return static_cast<long long>(tile.expert) * hidden; };
    for_each_tile<Tile>(
        TileSchedule{arguments.expertOffsets, arguments.tileStarts, arguments.tileExperts, arguments.drawnTiles, num_experts,
#ifdef MOE_DEPTH_SPLITS
                     (hidden + Columns::kTileOutputs - 1) / Columns::kTileOutputs, arguments.logSplits},
#else
                     (hidden + Columns::kTileOutputs - 1) / Columns::kTileOutputs},
#endif
        queue,
        [&](const TileCoordinates& tile) {
            wait(tile.expert);
            return StageCopies<Tile, false>{
                RowsA<Tile>(arguments.activated, depth, tile.row_end - tile.row_begin, [&](int row) { return tile.row_begin + row; }),
#ifdef MOE_CODES
                RowsB<Tile, false>({arguments.fc2ExpertWeights, arguments.fc2Scales, arguments.fc2ZeroPoints}, expert_row(tile), depth,
#else
                RowsB<Tile, false>(arguments.fc2ExpertWeights + expert_row(tile) * depth, depth,
#endif
                                   tile.column * Columns::kTileOutputs, hidden, {0, 1}, {0, 1}),
#ifdef MOE_DEPTH_SPLITS
                depth}.part(tile.split * arguments.splitDepth, arguments.splitDepth);
#else
                depth};
#endif
        },
#ifdef MOE_INT8
        [&](const TileCoordinates& tile, const Accumulators<Tile, Sum>& sums) {
            Accumulators<Tile> accumulators;
            dequantize<Tile, false>(accumulators, sums, tile, {arguments.fc2Scales, expert_row(tile)}, hidden, {0, 1}, {0, 1});
            scale_rows<Tile>(accumulators, tile, [&](int row) { return arguments.activatedScales[row]; });
#else
        [&](const TileCoordinates& tile, Accumulators<Tile>& accumulators) {
#endif
#ifdef MOE_INT8_WEIGHTS
            dequantize<Tile, false>(accumulators, accumulators, tile, {arguments.fc2Scales, expert_row(tile)}, hidden, {0, 1}, {0, 1});
#endif
#ifdef MOE_DEPTH_SPLITS
            const Element* biases = tile.split == 0 ? arguments.fc2ExpertBiases : nullptr;
            add_biases<Tile, false>(accumulators, biases, expert_row(tile), tile.column * Columns::kTileOutputs, hidden, {0, 1}, {0, 1});
#else
            add_biases<Tile, false>(accumulators, arguments.fc2ExpertBiases, expert_row(tile), tile.column * Columns::kTileOutputs, hidden, {0, 1}, {0, 1});
#endif
            const RowValues<Tile, int> slots(tile, [&](int row) { return arguments.sortedSlots[row]; });
#ifdef MOE_DEPTH_SPLITS
            if (arguments.logSplits > 0)
                return store_tile<Tile, false>(
                    tile, accumulators, hidden,
                    [&](int m8, int) { return arguments.splitSums + ((static_cast<long long>(slots.at(m8)) << arguments.logSplits) + tile.split) * hidden; },
                    [](float sum, float) { return sum; });
#endif
            store_tile<Tile, false>(
                tile, accumulators, hidden, [&](int m8, int) { return arguments.expertOutput + static_cast<long long>(slots.at(m8)) * hidden; },
#ifdef MOE_SATURATED
                [](float sum, float) { return saturate(sum); });
#else
                [](float sum, float) { return sum; });
#endif
        });
}
