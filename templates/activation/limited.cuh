#pragma once
// min and max that keep NaN.

__device__ __forceinline__ float at_most(float value, float limit) { return value > limit ? limit : value; }
__device__ __forceinline__ float at_least(float value, float limit) { return value < limit ? limit : value; }
