#pragma once
#include "groups.cuh"
#include "scores.cuh"
#include "softmax.cuh"
// Softmax over all experts, then the K largest from the groups with the largest ones.

__device__ __forceinline__ float choice_value(float logit) { return logit; }

__device__ __forceinline__ bool keep_best_groups(unsigned* keys, const SelectExpertsArguments& arguments) { return keep_groups<1>(keys, arguments); }

__device__ __forceinline__ float slot_scale(const RouterRow& row, const SelectExpertsArguments& arguments, int, float logit) {
    return divided_by_sum(probability(row, logit), arguments);
}
