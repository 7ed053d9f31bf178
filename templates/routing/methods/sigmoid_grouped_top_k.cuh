#pragma once
#include "groups.cuh"
#include "scores.cuh"
// The K largest sigmoids from the groups whose two best have the largest sums; the selection bias ranks only.

__device__ __forceinline__ float choice_value(float logit) { return sigmoid(logit); }

__device__ __forceinline__ bool keep_best_groups(unsigned* keys, const SelectExpertsArguments& arguments) { return keep_groups<2>(keys, arguments); }

__device__ __forceinline__ float slot_scale(const RouterRow&, const SelectExpertsArguments& arguments, int, float logit) {
    return divided_by_sum(sigmoid(logit), arguments);
}
