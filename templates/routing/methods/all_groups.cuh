#pragma once
#include "../select_arguments.cuh"
// Experts of all groups may be chosen.

__device__ __forceinline__ bool keep_best_groups(unsigned*, const SelectExpertsArguments&) { return false; }
