#pragma once
#include "all_groups.cuh"
// Two rounds, the second without the choice of the first: each scale is a softmax over the logits not far below the round's largest.

__device__ __forceinline__ float choice_value(float logit) { return logit; }

// exp(z - largest), 0 where z is far below.
__device__ __forceinline__ float near_weight(float logit, float largest, float epsilon) {
    return (largest - logit) / fmaxf(fabsf(logit), largest) > 2.0f * epsilon ? 0.0f : expf(logit - largest);
}

__device__ __forceinline__ float slot_scale(const RouterRow& row, const SelectExpertsArguments& arguments, int chosen, float logit) {
    const int lane = threadIdx.x % 32, first = __shfl_sync(kFullWarp, chosen, 0);
    const float largest[2] = {__shfl_sync(kFullWarp, logit, 0), __shfl_sync(kFullWarp, logit, 1)};
    float sums[2] = {};
    for (int expert = lane; expert < row.num_experts; expert += 32) {
        const float other = row.at(expert);
        sums[0] += near_weight(other, largest[0], arguments.jitterEpsilon);
        if (expert != first) sums[1] += near_weight(other, largest[1], arguments.jitterEpsilon);
    }
    sums[0] = warp_sum(sums[0]);
    sums[1] = warp_sum(sums[1]);
    return 1.0f / (lane == 0 ? sums[0] : sums[1]);
}
