#pragma once
#include "../config/config.cuh"
#include "dequantize.cuh"
#include "scale_rows.cuh"
#include "tile_loop.cuh"
#ifdef MOE_SATURATED
#include "../quantize/saturate.cuh"
#endif
// GEMM1: rows gathered by token x fc1, with the activation fused: no buffer of gate and up exists.

struct Gemm1Arguments {
    const Operand* input;             // [T, H]
#ifdef MOE_CODES
    const unsigned char* fc1ExpertWeights;  // codes of [E, 2I, H] gated, [E, I, H] plain
#else
    const Operand* fc1ExpertWeights;  // [E, 2I, H] gated, [E, I, H] plain
#endif
    Element* activated;               // [T * K, I] in sorted order; written
    const int *expertOffsets, *tileStarts;  // [E + 1]
    const int* tileExperts;           // [M-tiles]
    int* drawnTiles;                  // tiles drawn so far; routing has zeroed it
    const int* sortedSlots;           // [T * K]; token = slot / K
    const Element* fc1ExpertBiases;   // [E, 2I] gated, [E, I] plain, in fc1's row order; null means none
    const float* swigluAlpha;         // [E]; null means the configuration's constant, as for the next two
    const float *swigluBeta, *swigluLimit;  // [E]
    const float* tokenInputScales;    // [T * K], where routing scales the input; null means 1
    int numExperts, topK;             // E, K
    int hiddenSize, intermediateSize;  // H and I, multiples of 8
    int gateRowOffset, gateRowStride; // fc1 row of output j: offset + j * stride
    int upRowOffset, upRowStride;     // the same for the up half of a gated pair
#ifdef MOE_SCALES
    const float* inputScales;         // [T], where activations are codes
    const WeightScale* fc1Scales;     // of each row of fc1, or of each group of it
    const unsigned char* fc1ZeroPoints;  // of each group, where there are any
#endif
};
#ifdef MOE_SCALES
static_assert(sizeof(Gemm1Arguments) == 160, "the launcher passes this layout");
#else
static_assert(sizeof(Gemm1Arguments) == 136, "the launcher passes this layout");
#endif

// All threads call `finished(expert)` when they have stored a tile.
template <class Tile, class Finished> __device__ __forceinline__ void gemm1(const Gemm1Arguments& arguments, TileQueue& queue, Finished finished) {
    using Columns = ColumnMap<Tile, kGated>;
#ifdef MOE_INT8
    const int depth = row_codes(arguments.hiddenSize);
#else
    const int depth = arguments.hiddenSize;
#endif
    const int intermediate = kIntermediateSize ? kIntermediateSize : arguments.intermediateSize;
    const int num_experts = kNumExperts ? kNumExperts : arguments.numExperts, top_k = kTopK ? kTopK : arguments.topK;
    const RowOrder gate_rows{arguments.gateRowOffset, arguments.gateRowStride}, up_rows{arguments.upRowOffset, arguments.upRowStride};
    auto expert_row = [&](const TileCoordinates& tile) { return static_cast<long long>(tile.expert) * (kGated ? 2 * intermediate : intermediate); };
    for_each_tile<Tile>(
        TileSchedule{arguments.expertOffsets, arguments.tileStarts, arguments.tileExperts, arguments.drawnTiles, num_experts,
                     (intermediate + Columns::kTileOutputs - 1) / Columns::kTileOutputs},
        queue,
        [&](const TileCoordinates& tile) {
            // A gathers the rows' tokens, found once a tile; B picks gate and up rows in the order of ColumnMap.
            return StageCopies<Tile, kGated>{
                RowsA<Tile>(arguments.input, depth, tile.row_end - tile.row_begin,
                            [&](int row) { return arguments.sortedSlots[tile.row_begin + min(row, tile.row_end - tile.row_begin - 1)] / top_k; }),
#ifdef MOE_CODES
                RowsB<Tile, kGated>({arguments.fc1ExpertWeights, arguments.fc1Scales, arguments.fc1ZeroPoints}, expert_row(tile), depth,
#else
                RowsB<Tile, kGated>(arguments.fc1ExpertWeights + expert_row(tile) * depth, depth,
#endif
                                    tile.column * Columns::kTileOutputs, intermediate, gate_rows, up_rows),
                depth};
        },
#ifdef MOE_INT8
        [&](const TileCoordinates& tile, const Accumulators<Tile, Sum>& sums) {
            Accumulators<Tile> accumulators;
            dequantize<Tile, kGated>(accumulators, sums, tile, {arguments.fc1Scales, expert_row(tile)}, intermediate, gate_rows, up_rows);
            scale_rows<Tile>(accumulators, tile, [&](int row) { return arguments.inputScales[arguments.sortedSlots[row] / top_k]; });
#else
        [&](const TileCoordinates& tile, Accumulators<Tile>& accumulators) {
#endif
#ifdef MOE_INT8_WEIGHTS
            dequantize<Tile, kGated>(accumulators, accumulators, tile, {arguments.fc1Scales, expert_row(tile)}, intermediate, gate_rows, up_rows);
#endif
#ifdef MOE_INPUT_SCALES
            // fc1 is linear: a scale of its input is one of its sums, before the bias.
            if (arguments.tokenInputScales) scale_rows<Tile>(accumulators, tile, [&](int row) { return arguments.tokenInputScales[arguments.sortedSlots[row]]; });
#endif
            add_biases<Tile, kGated>(accumulators, arguments.fc1ExpertBiases, expert_row(tile), tile.column * Columns::kTileOutputs, intermediate, gate_rows, up_rows);
            const ActivationParameters parameters = activation_parameters(arguments.swigluAlpha, arguments.swigluBeta, arguments.swigluLimit, tile.expert);
            store_tile<Tile, kGated>(
                tile, accumulators, intermediate, [&](int, int row) { return arguments.activated + static_cast<long long>(row) * intermediate; },
#ifdef MOE_SATURATED
                [&](float gate, float up) { return saturate(activate(gate, up, parameters)); });
#else
                [&](float gate, float up) { return activate(gate, up, parameters); });
#endif
            finished(tile.expert);
        });
}
