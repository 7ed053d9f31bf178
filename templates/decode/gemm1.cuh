#pragma once
#include "../config/config.cuh"
#include "gemm1_portion.cuh"
// GEMM1 with its activation for few slots, where weights or activations are codes: routing inside, no launch before it.

struct DecodeGemm1Arguments {
    const Operand* input;             // [T, H]
#ifdef MOE_CODES
    const unsigned char* fc1ExpertWeights;  // codes of [E, 2I, H] gated, [E, I, H] plain
#else
    const Operand* fc1ExpertWeights;  // [E, 2I, H] gated, [E, I, H] plain
#endif
    Element* activated;               // [T * K, I] in slot order; rows of valid experts are written
    const int* tokenSelectedExperts;  // [T * K]; ids without a local expert are dropped
    LocalExperts localExperts;        // from ids to experts 0..E-1
    const Element* fc1ExpertBiases;   // [E, 2I] gated, [E, I] plain, in fc1's row order; null means none
    const float* swigluAlpha;         // [E]; null means the configuration's constant, as for the next two
    const float* swigluBeta;          // [E]
    const float* swigluLimit;         // [E]
    int numSlots;                     // T * K, at most kDecodeSlots
    int topK;                         // K
    int hiddenSize;                   // H, a multiple of 8
    int intermediateSize;             // I, a multiple of 8
    int gateRowOffset, gateRowStride; // fc1 row of output j: offset + j * stride
    int upRowOffset, upRowStride;     // the same for the up half of a gated pair
    const int* numTokensOnDevice;     // slots of tokens from this on are dropped; null means T
    const float* tokenInputScales;    // [T * K], where routing scales the input; null means 1
#ifdef MOE_CODES
    const unsigned char* fc2ExpertWeights;  // codes of [E, H, I]; their beginning is fetched into L2 for GEMM2
#else
    const Operand* fc2ExpertWeights;  // [E, H, I]; their beginning is fetched into L2 for GEMM2
#endif
    unsigned* arrivedBlocks;          // [ceil(H / 16)]; zeroed for GEMM2
    int gemm2Warps;                   // warps a block of GEMM2, a power of two; 0: nothing is fetched for it
    int reserved;
#ifdef MOE_SCALES
    const float* inputScales;         // [T], where activations are codes
    const WeightScale* fc1Scales;     // of each row of fc1, or of each group of it
    const unsigned char* fc1ZeroPoints;  // of each group, where there are any
#endif
};
#ifdef MOE_SCALES
static_assert(sizeof(DecodeGemm1Arguments) == 184, "the launcher passes this layout");
#else
static_assert(sizeof(DecodeGemm1Arguments) == 160, "the launcher passes this layout");
#endif

// Fetches into L2 what the warps of GEMM2 load first, so that memory is busy until they begin.
__device__ __forceinline__ void fetch_gemm2_weights(const SlotGroups& groups, const DecodeGemm1Arguments& arguments, int hidden, int depth) {
#ifdef MOE_CODES
    constexpr int kLines = kStreamDepth / 8 * (4 * kCodeWords) / 128;
#else
    constexpr int kLines = kStreamDepth * sizeof(Operand) / 128;
#endif
    const unsigned rounds = (depth + kStreamDepth - 1u) / kStreamDepth, lines = arguments.gemm2Warps * kLines;
    for (unsigned item = blockIdx.x * kDecodeThreads + threadIdx.x; item < hidden * lines; item += gridDim.x * kDecodeThreads) {
        const unsigned row = item / lines, line = item - row * lines;
        const unsigned round = warp_round(groups.count * rounds, line / kLines, arguments.gemm2Warps), group = round / rounds;
#ifdef MOE_CODES
        const int begin = ((round - group * rounds) * kLines + line % kLines) * 128;
        if (begin < code_row_bytes(depth))
            fetch_into_l2(arguments.fc2ExpertWeights + (static_cast<long long>(groups.experts[group]) * hidden + row) * code_row_bytes(depth) + begin);
#else
        const int begin = (round - group * rounds) * kStreamDepth + line % kLines * static_cast<int>(128 / sizeof(Operand));
        if (begin < depth)
            fetch_into_l2(arguments.fc2ExpertWeights + (static_cast<long long>(groups.experts[group]) * hidden + row) * depth + begin);
#endif
    }
}

extern "C" __global__ void __launch_bounds__(kDecodeThreads, 2) moe_decode_gemm1(const __grid_constant__ DecodeGemm1Arguments arguments) {
    __shared__ SlotGroups groups;
    __shared__ PartSums part_sums;
    const int hidden = kHiddenSize ? kHiddenSize : arguments.hiddenSize;
    const int intermediate = kIntermediateSize ? kIntermediateSize : arguments.intermediateSize;
#ifdef MOE_INT8
    const int depth = row_codes(hidden), gemm2_depth = row_codes(intermediate);
#else
    const int depth = hidden, gemm2_depth = intermediate;
#endif
    const int top_k = kTopK ? kTopK : arguments.topK, num_slots = arguments.numSlots;
    group_slots(groups, arguments.tokenSelectedExperts, arguments.localExperts, num_slots, present_slots(arguments.numTokensOnDevice, num_slots, top_k));
    if (blockIdx.x == 0)
        for (int i = threadIdx.x; i < (hidden + 15) / 16; i += blockDim.x) arguments.arrivedBlocks[i] = 0;
    decode_gemm1(arguments, groups, part_sums, blockIdx.x, depth, intermediate, top_k, [] {});
    fetch_gemm2_weights(groups, arguments, hidden, gemm2_depth);
}
