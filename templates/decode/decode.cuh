#pragma once
#include "../config/config.cuh"
#include "../primitives/relaxed.cuh"
#include "../primitives/release.cuh"
#include "gemm1_portion.cuh"
#include "gemm2_portion.cuh"
// The whole of a call of few slots in one launch: routing, GEMM1 with its activation, GEMM2 and the reduction over K. Each GEMM is divided into
// as many portions as there are blocks. Blocks draw tickets for them, first those of GEMM1; whoever has one of GEMM2 waits until GEMM1
// is done. So blocks wait for lower tickets alone, whose blocks run.

struct DecodeArguments {
    const Operand* input;             // [T, H]
#ifdef MOE_CODES
    const unsigned char* fc1ExpertWeights;  // codes of [E, 2I, H] gated, [E, I, H] plain
    const unsigned char* fc2ExpertWeights;  // codes of [E, H, I]
#else
    const Operand* fc1ExpertWeights;  // [E, 2I, H] gated, [E, I, H] plain
    const Operand* fc2ExpertWeights;  // [E, H, I]
#endif
    Element* activated;               // [T * K, I] in slot order; rows of valid experts are written
    Element* output;                  // [T, H]; every row is written
    const int* tokenSelectedExperts;  // [T * K]; ids without a local expert contribute nothing
    LocalExperts localExperts;        // from ids to experts 0..E-1
    const Element* fc1ExpertBiases;   // [E, 2I] gated, [E, I] plain, in fc1's row order; null means none
    const Element* fc2ExpertBiases;   // [E, H]; null means none
    const float* swigluAlpha;         // [E]; null means the configuration's constant, as for the next two
    const float* swigluBeta;          // [E]
    const float* swigluLimit;         // [E]
    const float* tokenFinalScales;    // [T * K]; null means 1
    const float* tokenInputScales;    // [T * K], where routing scales the input; null means 1
    const int* numTokensOnDevice;     // rows of tokens from this on are zeros; null means T
    unsigned* counters;               // [2 * kCounterWords], zero between calls: tickets that are drawn; portions of GEMM1 that are done
    unsigned* partSums;               // [blocks, T, 16] for up to kSharedTileTokens tokens, zero between calls
    int numSlots;                     // T * K, at most kDecodeSlots
    int topK;                         // K
    int hiddenSize;                   // H, a multiple of 8
    int intermediateSize;             // I, a multiple of 8
    int gateRowOffset, gateRowStride; // fc1 row of output j: offset + j * stride
    int upRowOffset, upRowStride;     // the same for the up half of a gated pair
    int maxBlocks, reserved;          // for the launcher: blocks that partSums has room for
#ifdef MOE_CODES
    const WeightScale* fc1Scales;        // of each row of fc1, or of each group of it
    const WeightScale* fc2Scales;        // the same of fc2
    const unsigned char* fc1ZeroPoints;  // of each group, where there are any
    const unsigned char* fc2ZeroPoints;
#endif
};
#ifdef MOE_CODES
static_assert(sizeof(DecodeArguments) == 224, "the launcher passes this layout");
#else
static_assert(sizeof(DecodeArguments) == 192, "the launcher passes this layout");
#endif

constexpr int kCounterWords = 32;  // from one counter to the next: a line of memory

extern "C" __global__ void __launch_bounds__(kDecodeThreads, 2) moe_decode(const __grid_constant__ DecodeArguments arguments) {
    __shared__ DecodeMemory memory;
    __shared__ unsigned next_ticket;
    const int hidden = kHiddenSize ? kHiddenSize : arguments.hiddenSize;
    const int intermediate = kIntermediateSize ? kIntermediateSize : arguments.intermediateSize;
    const int top_k = kTopK ? kTopK : arguments.topK, num_slots = arguments.numSlots;
    const unsigned portions = gridDim.x, last_count = 2 * portions - 1;  // of both counters, which are zero again behind it
    unsigned* const drawn = arguments.counters;
    unsigned* const done = arguments.counters + kCounterWords;
    if (threadIdx.x == 32) next_ticket = atomicInc(drawn, last_count);
    load_final_scales(arguments, memory);
    group_slots(memory.groups, arguments.tokenSelectedExperts, arguments.localExperts, num_slots, present_slots(arguments.numTokensOnDevice, num_slots, top_k));

    unsigned ticket = next_ticket;
    while (ticket < portions) {
        unsigned next = 0;
        bool draws = threadIdx.x == 0;
        decode_gemm1(arguments, memory.groups, memory.part_sums, ticket, hidden, intermediate, top_k, [&] {
            if (draws) next = atomicInc(drawn, last_count);  // not earlier, so that every block has one of GEMM1's before
            draws = false;
        });
        if (threadIdx.x == 0) next_ticket = next;
        __syncthreads();
        ticket = next_ticket;
        if (threadIdx.x == 0) increment_released(done, last_count);
    }

    bool is_ready = false;
    decode_gemm2(arguments, memory, ticket - portions, hidden, intermediate, top_k, [&] {
        if (is_ready) return;
        is_ready = true;
        if (threadIdx.x == 0) {
            while (load_acquired(done) < portions) {}
            atomicInc(done, last_count);
        }
        __syncthreads();
    });
}
