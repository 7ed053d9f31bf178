#pragma once
#include "all_groups.cuh"
#include "scores.cuh"
// The K largest sigmoids; the selection bias ranks only.

__device__ __forceinline__ float choice_value(float logit) { return sigmoid(logit); }

__device__ __forceinline__ float slot_scale(const RouterRow&, const SelectExpertsArguments& arguments, int, float logit) {
    return divided_by_sum(sigmoid(logit), arguments);
}
