#pragma once
#include "../select_arguments.cuh"
// Experts of all groups may be chosen.

constexpr bool kRanksGroups = false;

__device__ __forceinline__ bool keep_best_groups(unsigned*, const SelectExpertsArguments&) { return false; }
