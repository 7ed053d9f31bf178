#pragma once
#include "unparameterised.cuh"
// Relu, plain: max(x, 0); NaN stays NaN.

constexpr bool kGated = false;
__device__ __forceinline__ float activate(float x, float, ActivationParameters) { return x < 0.0f ? 0.0f : x; }
