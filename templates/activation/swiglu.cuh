#pragma once
#include "unparameterised.cuh"
// Swiglu, gated: silu(gate) * up.

constexpr bool kGated = true;
__device__ __forceinline__ float activate(float gate, float up, ActivationParameters) { return __fdividef(gate, 1.0f + __expf(-gate)) * up; }
