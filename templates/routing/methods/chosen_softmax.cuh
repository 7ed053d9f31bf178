#pragma once
#include "all_groups.cuh"
// Softmax over the K largest logits: probabilities over all experts, divided by the sum of those chosen, are the same numbers.

__device__ __forceinline__ float choice_value(float logit) { return logit; }

__device__ __forceinline__ float slot_scale(const RouterRow& row, const SelectExpertsArguments& arguments, int, float logit) {
    const int lane = threadIdx.x % 32;
    const float largest = __shfl_sync(kFullWarp, logit, 0), weight = lane < arguments.topK ? expf(logit - largest) : 0.0f;
    // A NaN logit, chosen or not, makes every scale of its token NaN, as softmax does.
    bool poisoned = false;
#pragma unroll 8
    for (int expert = lane; expert < row.num_experts; expert += 32) poisoned |= row.at(expert) != row.at(expert);
    return __any_sync(kFullWarp, poisoned) ? __int_as_float(0x7fffffff) : weight / warp_sum(weight);
}
