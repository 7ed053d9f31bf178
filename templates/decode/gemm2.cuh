#pragma once
#include "../config/config.cuh"
#include "gemm2_portion.cuh"
// GEMM2 and the reduction over K for few slots, where activated rows are codes. Blocks draw tickets for its portions, so that they wait for lower
// tickets alone, whose blocks run.

struct DecodeGemm2Arguments {
    const Operand* activated;         // codes of [T * K, I] in slot order
    const Operand* fc2ExpertWeights;  // [E, H, I]
    Element* output;                  // [T, H]; every row is written
    const int* tokenSelectedExperts;  // [T * K]; ids without a local expert contribute nothing
    LocalExperts localExperts;        // from ids to experts 0..E-1
    const Element* fc2ExpertBiases;   // [E, H]; null means none
    const float* tokenFinalScales;    // [T * K]; null means 1
    const int* numTokensOnDevice;     // rows of tokens from this on are zeros; null means T
    unsigned* counters;               // [1], zero between calls: tickets that are drawn
    unsigned* partSums;               // [blocks, T, 16] for up to kSharedTileTokens tokens, zero between calls
    int numSlots;                     // T * K, at most kDecodeSlots
    int topK;                         // K
    int hiddenSize;                   // H, a multiple of 8
    int intermediateSize;             // I, a multiple of 8
    int maxBlocks, reserved;          // for the launcher: blocks that partSums has room for
    const float* activatedScales;     // [T * K] in slot order
    const float* fc2Scales;           // of each row of fc2
};
static_assert(sizeof(DecodeGemm2Arguments) == 136, "the launcher passes this layout");

extern "C" __global__ void __launch_bounds__(kDecodeThreads, 2) moe_decode_gemm2(const __grid_constant__ DecodeGemm2Arguments arguments) {
    __shared__ DecodeMemory memory;
    __shared__ unsigned ticket;
    const int hidden = kHiddenSize ? kHiddenSize : arguments.hiddenSize;
    const int intermediate = kIntermediateSize ? kIntermediateSize : arguments.intermediateSize;
    const int top_k = kTopK ? kTopK : arguments.topK, num_slots = arguments.numSlots;
#ifdef MOE_INT8
    const int depth = row_codes(intermediate);
#else
    const int depth = intermediate;
#endif
    if (threadIdx.x == 32) ticket = atomicInc(arguments.counters, gridDim.x - 1);
    load_final_scales(arguments, memory);
    group_slots(memory.groups, arguments.tokenSelectedExperts, arguments.localExperts, num_slots, present_slots(arguments.numTokensOnDevice, num_slots, top_k));
    decode_gemm2(arguments, memory, ticket, hidden, depth, top_k, [] {});
}
