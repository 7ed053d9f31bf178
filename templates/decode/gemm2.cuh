#pragma once
#include "../config/config.cuh"
#include "stream_rows.cuh"
// GEMM2 and the reduction over K for few slots: a block owns 16 columns of the output, for all tokens.

struct DecodeGemm2Arguments {
    const Element* activated;         // [T * K, I] in slot order
    const Element* fc2ExpertWeights;  // [E, H, I]
    Element* output;                  // [T, H]; every row is written
    const int* tokenSelectedExperts;  // [T * K]; ids without a local expert contribute nothing
    LocalExperts localExperts;        // from ids to experts 0..E-1
    const Element* fc2ExpertBiases;   // [E, H]; null means none
    const float* tokenFinalScales;    // [T * K]; null means 1
    const int* numTokensOnDevice;     // rows of tokens from this on are zeros; null means T
    int numSlots;                     // T * K, at most kDecodeSlots
    int topK;                         // K
    int hiddenSize;                   // H, a multiple of 8
    int intermediateSize;             // I, a multiple of 8
};
static_assert(sizeof(DecodeGemm2Arguments) == 96, "the launcher passes this layout");

constexpr int kDecodeColumns = 16;  // columns of the output a block: one mma's weight rows
constexpr int kPartialSums = kDecodeWarps * kDecodeSlots * kDecodeColumns;  // of all warps: kWideDecodeThreads have half the slots

extern "C" __global__ void __launch_bounds__(kWideDecodeThreads) moe_decode_gemm2(const __grid_constant__ DecodeGemm2Arguments arguments) {
    __shared__ SlotGroups groups;
    __shared__ float partial_sums[kPartialSums];  // [warps, T * K, kDecodeColumns]
    const int hidden = kHiddenSize ? kHiddenSize : arguments.hiddenSize;
    const int intermediate = kIntermediateSize ? kIntermediateSize : arguments.intermediateSize;
    const int top_k = kTopK ? kTopK : arguments.topK, num_slots = arguments.numSlots;
    group_slots(groups, arguments.tokenSelectedExperts, arguments.localExperts, num_slots, valid_tokens(arguments.numTokensOnDevice, num_slots / top_k) * top_k);
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
    const int first_column = blockIdx.x * kDecodeColumns;
    const int warp_sums = num_slots * kDecodeColumns;
    float* own_sums = partial_sums + warp * warp_sums;
    for (int i = lane; i < warp_sums; i += 32) own_sums[i] = 0.0f;
    __syncwarp();

    // The depths of all groups, laid end to end in rounds of kStreamDepth, are divided evenly among the warps.
    const int rounds = (intermediate + kStreamDepth - 1) / kStreamDepth;
    const int all_rounds = groups.count * rounds;
    const int end = all_rounds * (warp + 1) / warps;
    for (int round = all_rounds * warp / warps; round < end;) {
        const int group = round / rounds;
        const int first = round - group * rounds;
        const int last = min(rounds, first + end - round);
        const StreamedRows activations = streamed_rows(
            groups, group, [&](int slot) { return arguments.activated + static_cast<long long>(slot) * intermediate; });
        const long long row = static_cast<long long>(groups.experts[group]) * hidden + first_column + lane / 4;
        const Element* weights = arguments.fc2ExpertWeights + row * intermediate;
        StreamSums sums = {};
        stream_rows(sums, weights, first_column + 8 < hidden ? weights + 8LL * intermediate : nullptr, activations,
                    first * kStreamDepth, min(last * kStreamDepth, intermediate));
#pragma unroll
        for (int fragment = 0; fragment < kGroupFragments; ++fragment) {
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                const int entry = groups.starts[group] + fragment * 8 + lane % 4 * 2 + i;
                if (entry >= groups.starts[group + 1]) continue;
                float* slot_sums = own_sums + groups.slots[entry] * kDecodeColumns + lane / 4;
                slot_sums[0] = sums[fragment][i];
                slot_sums[8] = sums[fragment][2 + i];
            }
        }
        round += last - first;
    }
    __syncthreads();

    // Fixed order: the warps of a slot, then the slots of a token.
    for (int i = threadIdx.x; i < num_slots / top_k * kDecodeColumns; i += blockDim.x) {
        const int token = i / kDecodeColumns, column = first_column + i % kDecodeColumns;
        if (column >= hidden) continue;
        float total = 0.0f;
        for (int slot = token * top_k; slot < (token + 1) * top_k; ++slot) {
            const int expert = groups.slot_experts[slot];
            if (expert < 0) continue;
            float sum = arguments.fc2ExpertBiases ? unpack_low(arguments.fc2ExpertBiases[static_cast<long long>(expert) * hidden + column].bits) : 0.0f;
#pragma unroll 8
            for (int other = 0; other < warps; ++other) sum += partial_sums[other * warp_sums + slot * kDecodeColumns + i % kDecodeColumns];
            total = fmaf(arguments.tokenFinalScales ? arguments.tokenFinalScales[slot] : 1.0f, sum, total);
        }
        arguments.output[static_cast<long long>(token) * hidden + column].bits = static_cast<unsigned short>(pack_elements(total, 0.0f));
    }
}
