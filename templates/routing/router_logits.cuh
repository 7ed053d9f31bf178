#pragma once
#include "../config/config.cuh"
#include "../primitives/cp_async.cuh"
#include "../primitives/load_vector.cuh"
#include "../primitives/tf32.cuh"
#include "select_arguments.cuh"
// The router's linear layer, as precise as in fp32: logits[t, e] = weight[e] . input[t]. The tensor cores take numbers of 11 bits: an input is one,
// a weight the sum of two, and sums of one step are added up in fp32. Two of a block's warps share its tokens, two pairs of them the depth of a stage;
// where blocks are few, they divide the whole depth as well, and the choice of experts adds up their parts.

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

constexpr int kLogitThreads = 128;               // threads a block
constexpr int kLogitTokens = 64;                 // tokens a block, 32 a warp
constexpr int kLogitRows = 32;                   // weight rows a block and a warp
constexpr int kLogitFragments = kLogitRows / 8;  // n8 fragments a warp
constexpr int kLogitDepth = 64;                  // elements of depth a stage, half of them a warp's
constexpr int kLogitStages = 4;
constexpr int kLogitWeightBytes = kLogitDepth * 4, kLogitInputBytes = kLogitDepth * 2;  // of a row in a stage
constexpr int kLogitInputs = kLogitRows * kLogitWeightBytes;                              // where the inputs begin
constexpr int kLogitStageBytes = kLogitInputs + kLogitTokens * kLogitInputBytes;

// Where a row's 16-byte chunk is: rows are permuted so that eight lanes that read at once read from all banks.
__device__ __forceinline__ unsigned logit_weight(int row, int chunk) { return row * kLogitWeightBytes + (chunk ^ row % 8) * 16; }
__device__ __forceinline__ unsigned logit_input(int token, int chunk) { return kLogitInputs + token * kLogitInputBytes + (chunk ^ (token % 2 * 4 + token / 2 % 4)) * 16; }

// Copies a stage: depth begin to end, at most kLogitDepth, of the block's rows and tokens; zeros beyond.
__device__ __forceinline__ void copy_logit_stage(SharedAddress stage, const float* weight, const Element* input, int hidden, int rows, int tokens, int begin, int end) {
    constexpr int kWeightChunks = kLogitWeightBytes / 16, kInputChunks = kLogitInputBytes / 16;
    const int weight_chunk = threadIdx.x % kWeightChunks, input_chunk = threadIdx.x % kInputChunks;
#pragma unroll
    for (int row = threadIdx.x / kWeightChunks, i = 0; i < kLogitRows * kWeightChunks / kLogitThreads; ++i, row += kLogitThreads / kWeightChunks) {
        const bool valid = row < rows && begin + weight_chunk * 4 < end;
        cp_async_16(stage + logit_weight(row, weight_chunk), weight + (valid ? static_cast<long long>(row) * hidden + begin + weight_chunk * 4 : 0), valid);
    }
#pragma unroll
    for (int token = threadIdx.x / kInputChunks, i = 0; i < kLogitTokens * kInputChunks / kLogitThreads; ++i, token += kLogitThreads / kInputChunks) {
        const bool valid = token < tokens && begin + input_chunk * 8 < end;
        cp_async_16(stage + logit_input(token, input_chunk), input + (valid ? static_cast<long long>(token) * hidden + begin + input_chunk * 8 : 0), valid);
    }
}

using LogitSums = float[2][kLogitFragments][4];  // m16n8 fragments of a warp

// Multiplies a warp's half of a stage, eight consecutive elements a lane: the depth is permuted inside mma, alike on both sides. First by the tensor
// cores' numbers nearest to the weights, then by what these leave; an infinite input by the former alone. kFragments: m16 fragments that hold tokens.
template <int kFragments> __device__ __forceinline__ void multiply_logit_stage(LogitSums& sums, SharedAddress stage, int first_token, int half) {
    const int row = threadIdx.x % 32 / 4, chunk = half * 4 + threadIdx.x % 4;
    Vector16 inputs[kFragments][2];
#pragma unroll
    for (int i = 0; i < 2 * kFragments; ++i) inputs[i / 2][i % 2] = load_shared_16(stage + logit_input(first_token + i * 8 + row, chunk));
    float parts[kFragments][kLogitFragments][4] = {};
#pragma unroll
    for (int pair = 0; pair < 4; ++pair) {
        Vector16 weights[kLogitFragments];
#pragma unroll
        for (int n = 0; n < kLogitFragments; ++n) weights[n] = load_shared_16(stage + logit_weight(n * 8 + row, chunk * 2 + pair / 2));
        unsigned values[kFragments][4], finite[kFragments][4];
#pragma unroll
        for (int i = 0; i < 4 * kFragments; ++i) {
            const unsigned word = inputs[i / 4][i % 2].words[pair], value = __float_as_uint(i % 4 / 2 ? unpack_high(word) : unpack_low(word));
            values[i / 4][i % 4] = value;
            finite[i / 4][i % 4] = (value & 0x7f800000u) == 0x7f800000u ? 0u : value;
        }
#pragma unroll
        for (int n = 0; n < kLogitFragments; ++n) {
            unsigned near[2], rest[2];
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                const unsigned weight = weights[n].words[pair % 2 * 2 + i];
                near[i] = (weight + 0x1000u) & 0xffffe000u;
                rest[i] = __float_as_uint(__uint_as_float(weight) - __uint_as_float(near[i]));
            }
#pragma unroll
            for (int m = 0; m < kFragments; ++m) {
                mma_tf32(parts[m][n], values[m], near[0], near[1]);
                mma_tf32(parts[m][n], finite[m], rest[0], rest[1]);
            }
        }
    }
#pragma unroll
    for (int i = 0; i < 4 * kFragments * kLogitFragments; ++i)
        sums[i / 4 / kLogitFragments][i / 4 % kLogitFragments][i % 4] += parts[i / 4 / kLogitFragments][i / 4 % kLogitFragments][i % 4];
}

extern "C" __global__ void __launch_bounds__(kLogitThreads, 3) moe_router_logits(const __grid_constant__ RouterLogitsArguments arguments) {
    __shared__ float other_half[2][8 * kLogitFragments][32];
    const unsigned row_blocks = (arguments.numRows + kLogitRows - 1) / kLogitRows, block = blockIdx.x / arguments.parts;
    const int part = blockIdx.x - block * arguments.parts, first_row = block % row_blocks * kLogitRows, first_token = block / row_blocks * kLogitTokens;
    const int tokens = min(valid_tokens(arguments.numTokensOnDevice, arguments.numTokens) - first_token, kLogitTokens);
    if (tokens <= 0) return;
    const int hidden = kHiddenSize ? kHiddenSize : arguments.hiddenSize, rows = min(arguments.numRows - first_row, kLogitRows);
    const int lane = threadIdx.x % 32, half = threadIdx.x / 64, warp_token = threadIdx.x / 32 % 2 * 32;
    const Element* input = arguments.input + static_cast<long long>(first_token) * hidden;
    const float* weight = arguments.weight + static_cast<long long>(first_row) * hidden;
    const SharedAddress ring = dynamic_shared_memory();

    LogitSums sums = {};
    const int begin = part * arguments.partDepth, end = min(begin + arguments.partDepth, hidden);
    int ahead = begin, filled = 0;  // what is copied next, and where to
#pragma unroll 1
    for (int depth = begin - (kLogitStages - 1) * kLogitDepth; depth < end; depth += kLogitDepth) {
        if (depth >= begin) {
            cp_async_wait<kLogitStages - 2>();
            __syncthreads();
        }
        if (ahead < end) copy_logit_stage(ring + filled * kLogitStageBytes, weight, input, hidden, rows, tokens, ahead, end);
        cp_async_commit();
        ahead += kLogitDepth;
        filled = filled == kLogitStages - 1 ? 0 : filled + 1;
        if (depth < begin || warp_token >= tokens) continue;
        if (warp_token + 16 < tokens) multiply_logit_stage<2>(sums, ring + filled * kLogitStageBytes, warp_token, half);
        else multiply_logit_stage<1>(sums, ring + filled * kLogitStageBytes, warp_token, half);
    }

#pragma unroll
    for (int i = 0; i < 8 * kLogitFragments; ++i)
        if (half == 1) other_half[warp_token / 32][i][lane] = sums[i / 4 / kLogitFragments][i / 4 % kLogitFragments][i % 4];
    __syncthreads();
#pragma unroll
    for (int i = 0; half == 0 && i < 8 * kLogitFragments; ++i) {
        // This lane holds rows 2 (lane % 4) and the next of tokens lane / 4 and lane / 4 + 8 of each fragment.
        const int token = warp_token + i / 4 / kLogitFragments * 16 + i % 4 / 2 * 8 + lane / 4, row = i / 4 % kLogitFragments * 8 + lane % 4 * 2 + i % 2;
        if (token >= tokens || row >= rows) continue;
        const long long place = static_cast<long long>(part) * arguments.numTokens + first_token + token;
        const float logit = sums[i / 4 / kLogitFragments][i / 4 % kLogitFragments][i % 4] + other_half[warp_token / 32][i][lane];
        if (first_row + row < arguments.numExperts) arguments.routerLogits[place * arguments.numExperts + first_row + row] = logit;
        else arguments.sharedGateLogits[place] = logit;
    }
}
