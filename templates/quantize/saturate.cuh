#pragma once
#include "../activation/limited.cuh"
// What is written as FP16 to become codes next: an infinity there would make the scale of its row NaN.

constexpr float kLargestElement = 65504.0f;  // the largest finite FP16 number

// Held within the finite numbers; NaN stays NaN.
__device__ __forceinline__ float saturate(float value) { return at_least(at_most(value, kLargestElement), -kLargestElement); }
