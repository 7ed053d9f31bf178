#pragma once
#include "../config/config.cuh"
#include "gemm1_portion.cuh"
// GEMM1 with its activation for few slots, where the activated rows become codes before GEMM2: routing inside, no launch before it.

struct DecodeGemm1Arguments {
    const Operand* input;             // codes of [T, H]
    const Operand* fc1ExpertWeights;  // [E, 2I, H] gated, [E, I, H] plain
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
    const float* inputScales;         // [T]
    const float* fc1Scales;           // of each row of fc1
};
static_assert(sizeof(DecodeGemm1Arguments) == 152, "the launcher passes this layout");

extern "C" __global__ void __launch_bounds__(kDecodeThreads, 2) moe_decode_gemm1(const __grid_constant__ DecodeGemm1Arguments arguments) {
    __shared__ SlotGroups groups;
    __shared__ PartSums part_sums;
    const int hidden = kHiddenSize ? kHiddenSize : arguments.hiddenSize;
    const int intermediate = kIntermediateSize ? kIntermediateSize : arguments.intermediateSize;
    const int top_k = kTopK ? kTopK : arguments.topK, num_slots = arguments.numSlots;
#ifdef MOE_INT8
    const int depth = row_codes(hidden);
#else
    const int depth = hidden;
#endif
    group_slots(groups, arguments.tokenSelectedExperts, arguments.localExperts, num_slots, present_slots(arguments.numTokensOnDevice, num_slots, top_k));
    decode_gemm1(arguments, groups, part_sums, blockIdx.x, depth, intermediate, top_k, [] {});
}
