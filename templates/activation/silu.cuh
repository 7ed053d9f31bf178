#pragma once
#include "unparameterised.cuh"
// Silu, plain: x / (1 + exp(-x)).

constexpr bool kGated = false;
__device__ __forceinline__ float activate(float x, float, ActivationParameters) { return __fdividef(x, 1.0f + __expf(-x)); }
