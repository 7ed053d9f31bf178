#pragma once
#include "all_groups.cuh"
#include "softmax.cuh"
// Softmax over all experts, then the K largest.

__device__ __forceinline__ float choice_value(float logit) { return logit; }

__device__ __forceinline__ float slot_scale(const RouterRow& row, const SelectExpertsArguments&, int, float logit) { return probability(row, logit); }
