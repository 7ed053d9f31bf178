#pragma once
#include "../config/config.cuh"
#include "../primitives/memory.cuh"
#include "../routing/local_expert.cuh"
#include "../routing/token_count.cuh"
#include "store_outputs.cuh"
// output[t] = sum over k of scale[t, k] * expertOutput[t * K + k], in the order of k, in fp32.

struct FinalizeArguments {
    const Element* expertOutput;      // [T * K, H], in slot order, or in sorted order where slotRows is given
    const int* slotRows;              // [T * K]; sorted row of each slot; null means slot order
    const Element* fc2ExpertBiases;   // [E, H]; null where there is none or GEMM2 has added it
    const int* tokenSelectedExperts;  // [T * K]; ids without a local expert contribute nothing
    LocalExperts localExperts;        // from ids to experts 0..E-1
    const float* tokenFinalScales;    // [T * K]; null means 1
    Element* output;                  // [T, H]; every row is written
    const int* numTokensOnDevice;     // rows of tokens from this on are zeros; null means T
    int numTokens, topK, hiddenSize, reserved;  // T, K and H, a multiple of 8
};
static_assert(sizeof(FinalizeArguments) == 96, "the launcher passes this layout");

constexpr int kFinalizeThreads = 256;  // threads a block
constexpr int kFinalizeRows = kTopK && kTopK < 8 ? kTopK : 8;  // of a token that are added at a time

extern "C" __global__ void __launch_bounds__(kFinalizeThreads) moe_finalize(const __grid_constant__ FinalizeArguments arguments) {
    const int hidden = kHiddenSize ? kHiddenSize : arguments.hiddenSize;
    // A warp has 8 columns of a token a lane.
    const unsigned warp = blockIdx.x * (kFinalizeThreads / 32) + threadIdx.x / 32, warps = (hidden / 8 + 31u) / 32;
    const int token = warp / warps, lane = threadIdx.x % 32, column = ((warp - token * warps) * 32 + lane) * 8;
    if (token >= arguments.numTokens) return;
    const int top_k = token >= valid_tokens(arguments.numTokensOnDevice, arguments.numTokens) ? 0 : kTopK ? kTopK : arguments.topK;
    float sums[8] = {};
    for (int first = 0; first < top_k; first += kFinalizeRows) {
        // Lane k finds out about row k. A row without an expert has another's stand in for it, so that all loads go out at once.
        int row = token * top_k + first + lane;
        const int expert = lane < min(kFinalizeRows, top_k - first) ? local_expert(arguments.tokenSelectedExperts[row], arguments.localExperts) : -1;
        const float scale = expert >= 0 && arguments.tokenFinalScales ? arguments.tokenFinalScales[row] : 1.0f;
        const unsigned valid = __ballot_sync(~0u, expert >= 0);
        if (valid == 0) continue;
#ifdef MOE_SORTED_OUTPUT
        if (expert >= 0 && arguments.slotRows) row = arguments.slotRows[row];
#endif
        Vector16 outputs[kFinalizeRows];
#pragma unroll
        for (int k = 0; k < kFinalizeRows; ++k)
            outputs[k] = *reinterpret_cast<const Vector16*>(
                arguments.expertOutput + static_cast<long long>(__shfl_sync(~0u, row, valid >> k & 1 ? k : __ffs(valid) - 1)) * hidden + min(column, hidden - 8));
#pragma unroll
        for (int k = 0; k < kFinalizeRows; ++k) {
            const float row_scale = __shfl_sync(~0u, scale, k);
#ifdef MOE_SORTED_OUTPUT
            const int row_expert = __shfl_sync(~0u, expert, k);
#endif
            if ((valid >> k & 1) == 0) continue;
#ifdef MOE_SORTED_OUTPUT
            const bool has_bias = arguments.fc2ExpertBiases && column < hidden;
            const Element* bias = arguments.fc2ExpertBiases + static_cast<long long>(row_expert) * hidden + column;
            const Vector16 biases = has_bias ? *reinterpret_cast<const Vector16*>(bias) : Vector16{};
#pragma unroll
            for (int word = 0; word < 4; ++word) {
                sums[2 * word] = fmaf(row_scale, unpack_low(outputs[k].words[word]) + unpack_low(biases.words[word]), sums[2 * word]);
                sums[2 * word + 1] = fmaf(row_scale, unpack_high(outputs[k].words[word]) + unpack_high(biases.words[word]), sums[2 * word + 1]);
            }
#else
#pragma unroll
            for (int word = 0; word < 4; ++word) {
                sums[2 * word] = fmaf(row_scale, unpack_low(outputs[k].words[word]), sums[2 * word]);
                sums[2 * word + 1] = fmaf(row_scale, unpack_high(outputs[k].words[word]), sums[2 * word + 1]);
            }
#endif
        }
    }
    if (column < hidden) store_outputs(arguments.output + static_cast<long long>(token) * hidden + column, sums);
}
