#pragma once
#include "../config/config.cuh"
#include "../primitives/memory.cuh"
#include "../primitives/tf32.cuh"
#include "select_arguments.cuh"
// The router's linear layer, as precise as in fp32: logits[t, e] = weight[e] . input[t]. The tensor cores take numbers of 11 bits: an input is one,
// a weight the sum of two, and sums of one step are added up in fp32. Each half of a block's warps has every other step of the depth; where there are
// few tokens, blocks divide it as well, and the choice of experts adds up their parts.

struct RouterLogitsArguments {
    const Element* input;          // [T, H]
    const float* weight;           // [rows, H]: the E routed experts, then the shared experts' gate where there is one
    float* routerLogits;           // [parts, T, E]; written
    float* sharedGateLogits;       // [parts, T]; written where there is a gate
    const int* numTokensOnDevice;  // tokens from this on are left out; null means T
    int numTokens;                 // T
    int numExperts;                // E
    int numRows;                   // E, with a gate E + 1
    int hiddenSize;                // H, a multiple of 8
    int parts, partDepth;          // of the depth; elements of each but the last, a multiple of kLogitDepth
};
static_assert(sizeof(RouterLogitsArguments) == 64, "the launcher passes this layout");

constexpr int kLogitThreads = 256;              // threads a block
constexpr int kLogitTokens = 64;                // tokens a block, 16 a warp of each half
constexpr int kLogitRows = 32;                  // weight rows a block
constexpr int kLogitFragments = kLogitRows / 8;  // n8 fragments a warp
constexpr int kLogitStep = 32;                  // elements of depth a step, eight consecutive ones a lane: the depth is permuted inside mma, alike on both sides
constexpr int kLogitDepth = 2 * kLogitStep;

// What a lane brings of one step: of two tokens' inputs and of a weight row of each fragment. Zeros beyond rows and depth.
struct LogitStep {
    Vector16 inputs[2], weights[kLogitFragments][2];

    // Multiplies by the tensor cores' numbers nearest to the weights, then by what these leave; an infinite input with the former alone.
    __device__ __forceinline__ void multiply(float (&sums)[kLogitFragments][4]) const {
        float parts[kLogitFragments][4] = {};
#pragma unroll
        for (int pair = 0; pair < 4; ++pair) {
            unsigned values[4], finite[4];
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                const unsigned word = inputs[i % 2].words[pair];
                values[i] = __float_as_uint(i / 2 ? unpack_high(word) : unpack_low(word));
                finite[i] = (values[i] & 0x7f800000u) == 0x7f800000u ? 0u : values[i];
            }
#pragma unroll
            for (int n = 0; n < kLogitFragments; ++n) {
                unsigned near[2], rest[2];
#pragma unroll
                for (int i = 0; i < 2; ++i) {
                    const unsigned weight = weights[n][pair / 2].words[pair % 2 * 2 + i];
                    near[i] = (weight + 0x1000u) & 0xffffe000u;
                    rest[i] = __float_as_uint(__uint_as_float(weight) - __uint_as_float(near[i]));
                }
                mma_tf32(parts[n], values, near[0], near[1]);
                mma_tf32(parts[n], finite, rest[0], rest[1]);
            }
        }
#pragma unroll
        for (int i = 0; i < 4 * kLogitFragments; ++i) sums[i / 4][i % 4] += parts[i / 4][i % 4];
    }
};

extern "C" __global__ void __launch_bounds__(kLogitThreads, 2) moe_router_logits(const __grid_constant__ RouterLogitsArguments arguments) {
    __shared__ float other_half[kLogitThreads / 64][4 * kLogitFragments][32];
    const unsigned row_blocks = (arguments.numRows + kLogitRows - 1) / kLogitRows, block = blockIdx.x / arguments.parts;
    const int part = blockIdx.x - block * arguments.parts, first_row = block % row_blocks * kLogitRows, first_token = block / row_blocks * kLogitTokens;
    const int tokens = min(valid_tokens(arguments.numTokensOnDevice, arguments.numTokens) - first_token, kLogitTokens);
    if (tokens <= 0) return;
    const int hidden = kHiddenSize ? kHiddenSize : arguments.hiddenSize;
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32 % (kLogitThreads / 64), half = threadIdx.x / (kLogitThreads / 2);
    const int token = warp * 16 + lane / 4, row = first_row + lane / 4;
    const Element* input = arguments.input + static_cast<long long>(first_token + token) * hidden;
    const float* weight = arguments.weight + static_cast<long long>(row) * hidden;

    float sums[kLogitFragments][4] = {};
    const int end = min((part + 1) * arguments.partDepth, hidden);
    for (int step = part * arguments.partDepth + half * kLogitStep; step < end; step += kLogitDepth) {
        const int depth = step + lane % 4 * 8;
        LogitStep operands = {};
#pragma unroll
        for (int i = 0; i < 2; ++i)
            if (depth < end && token + i * 8 < tokens) operands.inputs[i] = *reinterpret_cast<const Vector16*>(input + i * 8LL * hidden + depth);
#pragma unroll
        for (int i = 0; i < 2 * kLogitFragments; ++i)
            if (depth < end && row + i / 2 * 8 < arguments.numRows)
                operands.weights[i / 2][i % 2] = *reinterpret_cast<const Vector16*>(weight + i / 2 * 8LL * hidden + depth + i % 2 * 4);
        operands.multiply(sums);
    }

#pragma unroll
    for (int i = 0; i < 4 * kLogitFragments; ++i)
        if (half == 1) other_half[warp][i][lane] = sums[i / 4][i % 4];
    __syncthreads();
#pragma unroll
    for (int i = 0; half == 0 && i < 4 * kLogitFragments; ++i) {
        // This lane holds rows 2 (lane % 4) and the next of tokens lane / 4 and lane / 4 + 8.
        const int own_token = token + i % 4 / 2 * 8, own_row = first_row + i / 4 * 8 + lane % 4 * 2 + i % 2;
        if (own_token >= tokens || own_row >= arguments.numRows) continue;
        const long long place = static_cast<long long>(part) * arguments.numTokens + first_token + own_token;
        const float logit = sums[i / 4][i % 4] + other_half[warp][i][lane];
        if (own_row < arguments.numExperts) arguments.routerLogits[place * arguments.numExperts + own_row] = logit;
        else arguments.sharedGateLogits[place] = logit;
    }
}
