#pragma once
#include "../config/config.cuh"
#include "../blocks/last_block.cuh"
#include "stream_rows.cuh"
#ifdef MOE_CODES
#include "../primitives/store_shared.cuh"
#endif
// GEMM2 and the reduction over K for few slots: a block owns 16 columns of the output, for all tokens. Where there are few columns, several
// blocks divide their depth, and the one that is done last adds up what all of them have found.

struct DecodeGemm2Arguments {
    const Operand* activated;         // [T * K, I] in slot order
#ifdef MOE_CODES
    const unsigned char* fc2ExpertWeights;  // codes of [E, H, I]
#else
    const Operand* fc2ExpertWeights;  // [E, H, I]
#endif
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
    float* blockSums;                 // [splits, T, H] where there are several splits
    unsigned* arrivedBlocks;          // [ceil(H / 16)]; GEMM1 has zeroed it
    int splits;                       // blocks that divide the depth of 16 columns, a power of two
    int reserved;
#ifdef MOE_SCALES
    const float* activatedScales;     // [T * K] in slot order, where activations are codes
    const WeightScale* fc2Scales;     // of each row of fc2, or of each group of it
    const unsigned char* fc2ZeroPoints;  // of each group, where there are any
#endif
};
#ifdef MOE_SCALES
static_assert(sizeof(DecodeGemm2Arguments) == 144, "the launcher passes this layout");
#else
static_assert(sizeof(DecodeGemm2Arguments) == 120, "the launcher passes this layout");
#endif

#ifdef MOE_CODES
// Sums of a warp lie at the places of its groups' slots in `groups.slots`, kGroupSlots further for each warp: warps have groups one
// after the other, so that no two meet. They follow the rings of the block.
constexpr int kSumBytes = kDecodeColumns * sizeof(Sum);  // of a slot
#else
constexpr int kPartialSums = 512 * kDecodeColumns;  // of all warps: the fewer slots, the more warps a block may have
#endif

__device__ __forceinline__ void store_output(const DecodeGemm2Arguments& arguments, int token, int column, int hidden, float value) {
    arguments.output[static_cast<long long>(token) * hidden + column].bits = static_cast<unsigned short>(pack_elements(value, 0.0f));
}

#ifdef MOE_CODES
// One block a multiprocessor at least: for two of kWideDecodeThreads the compiler would spill.
extern "C" __global__ void __launch_bounds__(kWideDecodeThreads, 1) moe_decode_gemm2(const __grid_constant__ DecodeGemm2Arguments arguments) {
#else
extern "C" __global__ void __launch_bounds__(kWideDecodeThreads) moe_decode_gemm2(const __grid_constant__ DecodeGemm2Arguments arguments) {
#endif
    __shared__ SlotGroups groups;
#ifdef MOE_CODES
#else
    __shared__ Sum partial_sums[kPartialSums];  // [warps, T * K, kDecodeColumns]
#endif
    __shared__ bool is_last;
    const int hidden = kHiddenSize ? kHiddenSize : arguments.hiddenSize;
#ifdef MOE_INT8
    const int depth = row_codes(kIntermediateSize ? kIntermediateSize : arguments.intermediateSize);
#else
    const int depth = kIntermediateSize ? kIntermediateSize : arguments.intermediateSize;
#endif
    const int top_k = kTopK ? kTopK : arguments.topK, num_slots = arguments.numSlots;
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
    const int splits = arguments.splits, log_splits = __ffs(splits) - 1, split = blockIdx.x & (splits - 1);
    const int first_column = (blockIdx.x >> log_splits) * kDecodeColumns;
#ifdef MOE_CODES
    const SharedAddress ring = dynamic_shared_memory() + warp * kStreamBytes, partial_sums = dynamic_shared_memory() + warps * kStreamBytes;
#else
    const int warp_sums = num_slots * kDecodeColumns;
    Sum* own_sums = partial_sums + warp * warp_sums;
    for (int i = lane; i < warp_sums; i += 32) own_sums[i] = 0;
#endif
    group_slots(groups, arguments.tokenSelectedExperts, arguments.localExperts, num_slots, present_slots(arguments.numTokensOnDevice, num_slots, top_k));

    // The depths of all groups, laid end to end in rounds of kStreamDepth, are divided evenly among the warps of the splits.
    const int rounds = (depth + kStreamDepth - 1) / kStreamDepth;
    const int all_rounds = groups.count * rounds;
    const int first_warp = split * warps, all_warps = warps << log_splits;
    const int end = warp_round(all_rounds, first_warp + warp + 1, all_warps);
    for (int round = warp_round(all_rounds, first_warp + warp, all_warps); round < end;) {
        const int group = static_cast<unsigned>(round) / static_cast<unsigned>(rounds);
        const int first = round - group * rounds;
        const int last = min(rounds, first + end - round);
        const auto row_of = [&](int slot) { return arguments.activated + static_cast<long long>(slot) * depth; };
        const long long row = static_cast<long long>(groups.experts[group]) * hidden + first_column + lane / 4;
#ifdef MOE_CODES
        StreamSums sums;
        stream_rows(sums, ring, {{arguments.fc2ExpertWeights, arguments.fc2Scales, arguments.fc2ZeroPoints}, row, first_column + 8 < hidden ? row + 8 : row, depth},
                    groups, group, row_of, first * kStreamDepth, min(last * kStreamDepth, depth));
#else
        StreamSums sums = {};
        const StreamedRows activations = streamed_rows(groups, group, row_of);
        const Operand* weights = arguments.fc2ExpertWeights + row * depth;
        stream_rows(sums, weights, first_column + 8 < hidden ? weights + 8LL * depth : nullptr, activations,
                    first * kStreamDepth, min(last * kStreamDepth, depth), [] {});
#endif
#pragma unroll
        for (int fragment = 0; fragment < kGroupFragments; ++fragment) {
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                const int entry = groups.starts[group] + fragment * 8 + lane % 4 * 2 + i;
                if (entry >= groups.starts[group + 1]) continue;
#ifdef MOE_CODES
                const SharedAddress slot_sums = partial_sums + (warp * kGroupSlots + entry) * kSumBytes + lane / 4 * sizeof(Sum);
                store_shared_4(slot_sums, __float_as_uint(sums[fragment][i]));
                store_shared_4(slot_sums + 8 * sizeof(Sum), __float_as_uint(sums[fragment][2 + i]));
#else
                Sum* slot_sums = own_sums + groups.slots[entry] * kDecodeColumns + lane / 4;
                slot_sums[0] = sums[fragment][i];
                slot_sums[8] = sums[fragment][2 + i];
#endif
            }
        }
        round += last - first;
    }
    __syncthreads();

    // Fixed order: the warps of a slot, then the slots of a token, then the splits.
    const int tokens = token_of(num_slots, top_k);
    for (int i = threadIdx.x; i < tokens * kDecodeColumns; i += blockDim.x) {
        const int token = i / kDecodeColumns, column = first_column + i % kDecodeColumns;
        if (column >= hidden) continue;
        float total = 0.0f;
        for (int slot = token * top_k; slot < (token + 1) * top_k; ++slot) {
            const int expert = groups.slot_experts[slot];
            if (expert < 0) continue;
            const long long row = static_cast<long long>(expert) * hidden + column;
            Sum products = 0;
#ifdef MOE_CODES
            // Those of this block's warps that have taken some of the group's rounds.
            const int first = groups.slot_groups[slot] * rounds;
            const int last_warp = min(warp_of(all_rounds, first + rounds - 1, all_warps), first_warp + warps - 1);
            const SharedAddress sums = partial_sums + groups.places[slot] * kSumBytes + i % kDecodeColumns * sizeof(Sum);
            for (int other = max(warp_of(all_rounds, first, all_warps), first_warp); other <= last_warp; ++other)
                if (all_rounds >= all_warps || warp_round(all_rounds, other, all_warps) < warp_round(all_rounds, other + 1, all_warps))  // it has any
                    products += __uint_as_float(load_shared_4(sums + (other - first_warp) * kGroupSlots * kSumBytes));
#else
#pragma unroll 8
            for (int other = 0; other < warps; ++other) products += partial_sums[other * warp_sums + slot * kDecodeColumns + i % kDecodeColumns];
#endif
            float sum = static_cast<float>(products);
#ifdef MOE_INT8
            sum *= arguments.activatedScales[slot] * arguments.fc2Scales[row];
#endif
#ifdef MOE_INT8_WEIGHTS
            sum *= arguments.fc2Scales[row];
#endif
            if (arguments.fc2ExpertBiases && split == 0) sum += unpack_low(arguments.fc2ExpertBiases[row].bits);
            total = fmaf(arguments.tokenFinalScales ? arguments.tokenFinalScales[slot] : 1.0f, sum, total);
        }
        if (splits > 1) arguments.blockSums[(static_cast<long long>(split) * tokens + token) * hidden + column] = total;
        else store_output(arguments, token, column, hidden, total);
    }
    if (splits > 1 && is_last_block(is_last, arguments.arrivedBlocks + (blockIdx.x >> log_splits), splits)) {
        for (int i = threadIdx.x; i < tokens * kDecodeColumns; i += blockDim.x) {
            const int token = i / kDecodeColumns, column = first_column + i % kDecodeColumns;
            if (column >= hidden) continue;
            float total = 0.0f;
            for (int other = 0; other < splits; ++other) total += arguments.blockSums[(static_cast<long long>(other) * tokens + token) * hidden + column];
            store_output(arguments, token, column, hidden, total);
        }
    }
}
