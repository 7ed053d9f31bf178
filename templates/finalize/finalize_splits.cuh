#pragma once
#include "finalize.cuh"
#ifdef MOE_SATURATED
#include "../quantize/saturate.cuh"
#endif
// Finalize where GEMM2's depth was divided: an expert's output is the sum of its parts, rounded as if it had been written.

struct FinalizeSplitsArguments {
    FinalizeArguments finalize;  // expertOutput is not read
    const float* splitSums;      // [T * K, parts, H] in slot order
    int logSplits, reserved;
};
static_assert(sizeof(FinalizeSplitsArguments) == 112, "the launcher passes this layout");

constexpr int kSplitLoads = 8;  // 16-byte loads of a thread in flight

extern "C" __global__ void __launch_bounds__(kFinalizeThreads) moe_finalize_splits(const __grid_constant__ FinalizeSplitsArguments arguments) {
    const FinalizeArguments& finalize = arguments.finalize;
    const int hidden = kHiddenSize ? kHiddenSize : finalize.hiddenSize, splits = 1 << arguments.logSplits;
    // A warp has 4 columns of a token a lane.
    const unsigned warp = blockIdx.x * (kFinalizeThreads / 32) + threadIdx.x / 32, warps = (hidden / 4 + 31u) / 32;
    const int token = warp / warps, lane = threadIdx.x % 32, column = ((warp - token * warps) * 32 + lane) * 4;
    if (token >= finalize.numTokens) return;
    const int top_k = token >= valid_tokens(finalize.numTokensOnDevice, finalize.numTokens) ? 0 : kTopK ? kTopK : finalize.topK;
    // Lane k finds out about row k: K is at most 32.
    const int expert = lane < top_k ? local_expert(finalize.tokenSelectedExperts[token * top_k + lane], finalize.localExperts) : -1;
    const float scale = expert >= 0 && finalize.tokenFinalScales ? finalize.tokenFinalScales[token * top_k + lane] : 1.0f;
    const unsigned valid = __ballot_sync(~0u, expert >= 0);
    const float* parts = arguments.splitSums + (static_cast<long long>(token) * top_k << arguments.logSplits) * hidden + min(column, hidden - 4);
    float sums[4] = {}, row_sums[4] = {};
    for (int first = 0; first < top_k * splits; first += kSplitLoads) {
        // The parts of row after row, without those of rows that have no expert.
        Vector16 vectors[kSplitLoads];
#pragma unroll
        for (int i = 0; i < kSplitLoads; ++i) {
            const int part = first + i, row = part >> arguments.logSplits;
            const bool is_there = row < top_k && (valid >> row & 1) != 0;
            vectors[i] = is_there ? *reinterpret_cast<const Vector16*>(parts + static_cast<long long>(part) * hidden) : Vector16{};
        }
#pragma unroll
        for (int i = 0; i < kSplitLoads; ++i) {
            const int part = first + i, row = part >> arguments.logSplits;
            const float row_scale = __shfl_sync(~0u, scale, row & 31);
            if (row >= top_k || (valid >> row & 1) == 0) continue;
            const bool begins = (part & (splits - 1)) == 0, ends = (part & (splits - 1)) == splits - 1;
#pragma unroll
            for (int j = 0; j < 4; ++j) {
                row_sums[j] = begins ? __uint_as_float(vectors[i].words[j]) : row_sums[j] + __uint_as_float(vectors[i].words[j]);
#ifdef MOE_SATURATED
                const float row_sum = saturate(row_sums[j]);
#else
                const float row_sum = row_sums[j];
#endif
                if (ends) sums[j] = fmaf(row_scale, unpack_low(pack_elements(row_sum, 0.0f)), sums[j]);
            }
        }
    }
    if (column < hidden) store_outputs(finalize.output + static_cast<long long>(token) * hidden + column, sums);
}
