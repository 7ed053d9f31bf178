#pragma once
#include "all_groups.cuh"
// Softmax over the K largest logits: probabilities over all experts, divided by the sum of those chosen, are the same numbers.

__device__ __forceinline__ float choice_value(float logit) { return logit; }

__device__ __forceinline__ float slot_scale(const RouterRow&, const SelectExpertsArguments& arguments, int, float logit) {
    const float largest = __shfl_sync(kFullWarp, logit, 0);
    const float weight = static_cast<int>(threadIdx.x) % 32 < arguments.topK ? expf(logit - largest) : 0.0f;
    return weight / warp_sum(weight);
}
