#pragma once
#include "arguments.cuh"
#include "token_count.cuh"
// What the choice of experts takes and gives. S experts that every token visits stand behind the E routed ones.

struct SelectExpertsArguments {
    float* routerLogits;            // [parts, T, E]; of several parts, their sums take the place of the first
    const float* routerBias;        // [E], added to the logits; null means none
    const float* selectionBias;     // [E], added to what ranks the experts; null means none
    const float* sharedGateLogits;  // [parts, T]; null: shared experts have the scale 1
    int* tokenSelectedExperts;      // [T, K + S], best first, then the shared ones; written
    float* tokenFinalScales;        // [T, K + S]; written
    float* tokenInputScales;        // [T, K + S], where scales are the input's: the final ones of routed experts are 1; else null
    const int* numTokensOnDevice;   // tokens from this on have no slots; null means T
    int numTokens;                  // T
    int numExperts;                 // E <= kMaxExperts, those of all devices
    int topK;                       // K <= E
    int numSharedExperts;           // S; K + S <= 32
    int numExpertGroups;            // at most 32
    int numSelectedGroups;
    int renormalize;                // whether scales are divided by their sum, where the method leaves it open
    float routedScalingFactor;      // of the scales of the K
    float jitterEpsilon;
    int logitParts;                 // whose sums the logits are
};
static_assert(sizeof(SelectExpertsArguments) == 104, "the launcher passes this layout");

// A token's logits.
struct RouterRow {
    const float* logits;  // [E]
    const float* bias;    // [E]; null means none
    int num_experts;      // E
    __device__ __forceinline__ float at(int expert) const { return logits[expert] + (bias ? bias[expert] : 0.0f); }
};

__device__ __forceinline__ float warp_sum(float value) {
    for (int distance = 16; distance > 0; distance /= 2) value += __shfl_xor_sync(kFullWarp, value, distance);
    return value;
}
