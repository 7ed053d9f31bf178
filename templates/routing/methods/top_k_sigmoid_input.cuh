#pragma once
#include "all_groups.cuh"
#include "scores.cuh"
// The K largest logits; their sigmoids scale the experts' input.

__device__ __forceinline__ float choice_value(float logit) { return logit; }

__device__ __forceinline__ float slot_scale(const RouterRow&, const SelectExpertsArguments&, int, float logit) { return sigmoid(logit); }
