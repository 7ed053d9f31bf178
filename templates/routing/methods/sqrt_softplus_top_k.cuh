#pragma once
#include "all_groups.cuh"
#include "scores.cuh"
// The K largest sqrt(softplus(z)); the selection bias ranks only.

// Beyond 20 softplus(z) is z in fp32.
__device__ __forceinline__ float choice_value(float logit) { return sqrtf(logit > 20.0f ? logit : log1pf(expf(logit))); }

__device__ __forceinline__ float slot_scale(const RouterRow&, const SelectExpertsArguments& arguments, int, float logit) {
    return divided_by_sum(choice_value(logit), arguments);
}
