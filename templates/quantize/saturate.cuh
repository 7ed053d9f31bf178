#pragma once
#include "../activation/limited.cuh"
// What is rounded to FP16 on the way: an infinity there would make the scale of its row NaN, or meet one of the other sign.

constexpr float kLargestElement = 65504.0f;  // the largest finite FP16 number

// Held within the finite numbers; NaN stays NaN.
__device__ __forceinline__ float saturate(float value) { return at_least(at_most(value, kLargestElement), -kLargestElement); }
