#pragma once
#include "unparameterised.cuh"
// Gelu, plain, the exact form: x / 2 * (1 + erf(x / sqrt(2))), written with erfc so that the negative tail keeps its digits.

constexpr bool kGated = false;
__device__ __forceinline__ float activate(float x, float, ActivationParameters) { return 0.5f * x * erfcf(-0.70710678118654752f * x); }
