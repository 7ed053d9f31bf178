#pragma once
#include "router_logits.cuh"
// The router's linear layer for many tokens: a block computes 64 tokens x 64 experts, a thread 8 x 4 of them.

constexpr int kLogitTile = 64;              // tokens and weight rows a block
constexpr int kLogitTileDepth = 32;         // elements of depth a step
constexpr int kLogitTilePitch = kLogitTile + 4;  // words a row in shared memory: neither stores nor loads conflict
constexpr int kTiledLogitThreads = 128;     // threads a block
constexpr int kThreadTokens = 8, kThreadRows = 4;

// What a thread fetches of one step: 16 bytes of every other token's input, and of four weight rows.
struct LogitStep {
    static constexpr int kInputs = kLogitTile * kLogitTileDepth / 8 / kTiledLogitThreads, kWeights = kLogitTile * kLogitTileDepth / 4 / kTiledLogitThreads;
    Vector16 inputs[kInputs], weights[kWeights];

    __device__ __forceinline__ void fetch(const RouterLogitsArguments& arguments, int first_token, int tokens, int first_row, int hidden, int depth) {
#pragma unroll
        for (int i = 0; i < kInputs; ++i) {
            const int item = i * kTiledLogitThreads + threadIdx.x, token = item % kLogitTile, begin = depth + item / kLogitTile * 8;
            inputs[i] = token < tokens && begin < hidden
                ? *reinterpret_cast<const Vector16*>(arguments.input + static_cast<long long>(first_token + token) * hidden + begin) : Vector16{};
        }
#pragma unroll
        for (int i = 0; i < kWeights; ++i) {
            const int item = i * kTiledLogitThreads + threadIdx.x, row = first_row + item % kLogitTile, begin = depth + item / kLogitTile * 4;
            weights[i] = row < arguments.numRows && begin < hidden
                ? *reinterpret_cast<const Vector16*>(arguments.weight + static_cast<long long>(row) * hidden + begin) : Vector16{};
        }
    }

    // Depth-major, so that neighbouring lanes have neighbouring banks.
    __device__ __forceinline__ void store(float (&input_tile)[kLogitTileDepth][kLogitTilePitch], float (&weight_tile)[kLogitTileDepth][kLogitTilePitch]) const {
#pragma unroll
        for (int i = 0; i < kInputs; ++i) {
            const int item = i * kTiledLogitThreads + threadIdx.x;
#pragma unroll
            for (int j = 0; j < 8; ++j)
                input_tile[item / kLogitTile * 8 + j][item % kLogitTile] = j % 2 ? unpack_high(inputs[i].words[j / 2]) : unpack_low(inputs[i].words[j / 2]);
        }
#pragma unroll
        for (int i = 0; i < kWeights; ++i) {
            const int item = i * kTiledLogitThreads + threadIdx.x;
#pragma unroll
            for (int j = 0; j < 4; ++j) weight_tile[item / kLogitTile * 4 + j][item % kLogitTile] = __uint_as_float(weights[i].words[j]);
        }
    }
};

extern "C" __global__ void __launch_bounds__(kTiledLogitThreads) moe_router_logits_tiled(const __grid_constant__ RouterLogitsArguments arguments) {
    __shared__ __align__(16) float input_tile[kLogitTileDepth][kLogitTilePitch];
    __shared__ __align__(16) float weight_tile[kLogitTileDepth][kLogitTilePitch];
    const int row_blocks = (arguments.numRows + kLogitTile - 1) / kLogitTile;
    const int first_row = static_cast<int>(blockIdx.x) % row_blocks * kLogitTile, first_token = static_cast<int>(blockIdx.x) / row_blocks * kLogitTile;
    const int tokens = min(valid_tokens(arguments.numTokensOnDevice, arguments.numTokens) - first_token, kLogitTile);
    if (tokens <= 0) return;
    const int hidden = kHiddenSize ? kHiddenSize : arguments.hiddenSize;
    const int own_row = static_cast<int>(threadIdx.x) % 16 * kThreadRows, own_token = static_cast<int>(threadIdx.x) / 16 * kThreadTokens;

    float sums[kThreadTokens][kThreadRows] = {};
    LogitStep step;
    step.fetch(arguments, first_token, tokens, first_row, hidden, 0);
    for (int depth = 0; depth < hidden; depth += kLogitTileDepth) {
        __syncthreads();
        step.store(input_tile, weight_tile);
        __syncthreads();
        // The next step is under way while this one is multiplied.
        if (depth + kLogitTileDepth < hidden) step.fetch(arguments, first_token, tokens, first_row, hidden, depth + kLogitTileDepth);
        float parts[kThreadTokens][kThreadRows] = {};  // of one step: a sum of sums rounds less than one over the whole depth
#pragma unroll 4
        for (int i = 0; i < kLogitTileDepth; ++i) {
            const Vector16 weights = *reinterpret_cast<const Vector16*>(&weight_tile[i][own_row]);
#pragma unroll
            for (int half = 0; half < kThreadTokens / 4; ++half) {
                const Vector16 inputs = *reinterpret_cast<const Vector16*>(&input_tile[i][own_token + half * 4]);
#pragma unroll
                for (int j = 0; j < 4 * kThreadRows; ++j) {
                    float& part = parts[half * 4 + j / kThreadRows][j % kThreadRows];
                    part = fmaf(__uint_as_float(weights.words[j % kThreadRows]), __uint_as_float(inputs.words[j / kThreadRows]), part);
                }
            }
        }
#pragma unroll
        for (int i = 0; i < kThreadTokens * kThreadRows; ++i) sums[i / kThreadRows][i % kThreadRows] += parts[i / kThreadRows][i % kThreadRows];
    }
#pragma unroll
    for (int i = 0; i < kThreadTokens * kThreadRows; ++i) {
        const int token = own_token + i / kThreadRows, row = first_row + own_row + i % kThreadRows;
        if (token < tokens && row < arguments.numRows) store_logit(arguments, first_token + token, row, sums[i / kThreadRows][i % kThreadRows]);
    }
}
