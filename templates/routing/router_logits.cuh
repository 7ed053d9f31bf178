#pragma once
#include "../config/config.cuh"
#include "../primitives/memory.cuh"
#include "select_arguments.cuh"
// The router's linear layer for few tokens, in fp32: logits[t, e] = weight[e] . input[t]. The threads of a block share the depth, so
// that one token keeps the memory of the whole device busy.

struct RouterLogitsArguments {
    const Element* input;          // [T, H]
    const float* weight;           // [rows, H]: the E routed experts, then the shared experts' gate where there is one
    float* routerLogits;           // [T, E]; written
    float* sharedGateLogits;       // [T]; written where there is a gate
    const int* numTokensOnDevice;  // tokens from this on are left out; null means T
    int numTokens;                 // T
    int numExperts;                // E
    int numRows;                   // E, with a gate E + 1
    int hiddenSize;                // H, a multiple of 8
};
static_assert(sizeof(RouterLogitsArguments) == 56, "the launcher passes this layout");

constexpr int kLogitThreads = 256;  // threads a block
constexpr int kLogitTokens = 8;     // tokens a block
constexpr int kLogitRows = 2;       // weight rows a block
constexpr int kLogitUnroll = 4;     // loads of each row in flight
constexpr int kLogitWarps = kLogitThreads / 32;

struct alignas(8) Vector8 { unsigned words[2]; };

__device__ __forceinline__ void store_logit(const RouterLogitsArguments& arguments, long long token, int row, float logit) {
    if (row < arguments.numExperts) arguments.routerLogits[token * arguments.numExperts + row] = logit;
    else arguments.sharedGateLogits[token] = logit;
}

extern "C" __global__ void __launch_bounds__(kLogitThreads) moe_router_logits(const __grid_constant__ RouterLogitsArguments arguments) {
    __shared__ float warp_sums[kLogitWarps][kLogitTokens * kLogitRows];
    const int row_blocks = (arguments.numRows + kLogitRows - 1) / kLogitRows;
    const int first_row = static_cast<int>(blockIdx.x) % row_blocks * kLogitRows, first_token = static_cast<int>(blockIdx.x) / row_blocks * kLogitTokens;
    const int tokens = min(valid_tokens(arguments.numTokensOnDevice, arguments.numTokens) - first_token, kLogitTokens);
    if (tokens <= 0) return;
    const int hidden = kHiddenSize ? kHiddenSize : arguments.hiddenSize;
    const Element* input = arguments.input + static_cast<long long>(first_token) * hidden;

    float sums[kLogitTokens][kLogitRows] = {};
    for (int begin = threadIdx.x * 4; begin < hidden; begin += kLogitThreads * 4 * kLogitUnroll) {
        Vector16 weights[kLogitUnroll][kLogitRows] = {};
#pragma unroll
        for (int i = 0; i < kLogitUnroll; ++i) {
            const int depth = begin + i * kLogitThreads * 4;
#pragma unroll
            for (int row = 0; row < kLogitRows; ++row)
                if (depth < hidden && first_row + row < arguments.numRows)
                    weights[i][row] = *reinterpret_cast<const Vector16*>(arguments.weight + static_cast<long long>(first_row + row) * hidden + depth);
        }
#pragma unroll
        for (int token = 0; token < kLogitTokens; ++token) {
            if (token >= tokens) break;
#pragma unroll
            for (int i = 0; i < kLogitUnroll; ++i) {
                const int depth = begin + i * kLogitThreads * 4;
                if (depth >= hidden) break;
                const Vector8 packed = *reinterpret_cast<const Vector8*>(input + static_cast<long long>(token) * hidden + depth);
                const float values[4] = {unpack_low(packed.words[0]), unpack_high(packed.words[0]), unpack_low(packed.words[1]), unpack_high(packed.words[1])};
#pragma unroll
                for (int row = 0; row < kLogitRows; ++row)
#pragma unroll
                    for (int j = 0; j < 4; ++j) sums[token][row] = fmaf(__uint_as_float(weights[i][row].words[j]), values[j], sums[token][row]);
            }
        }
    }

    // Fixed order: the lanes of a warp, then the warps.
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
#pragma unroll
    for (int i = 0; i < kLogitTokens * kLogitRows; ++i) {
        const float sum = warp_sum(sums[i / kLogitRows][i % kLogitRows]);
        if (lane == 0) warp_sums[warp][i] = sum;
    }
    __syncthreads();
    const int token = static_cast<int>(threadIdx.x) / kLogitRows, row = first_row + static_cast<int>(threadIdx.x) % kLogitRows;
    if (token >= tokens || row >= arguments.numRows) return;
    float total = 0.0f;
    for (int other = 0; other < kLogitWarps; ++other) total += warp_sums[other][threadIdx.x];
    store_logit(arguments, first_token + token, row, total);
}
