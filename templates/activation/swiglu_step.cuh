#pragma once
#include "parameterised.cuh"
// SwigluStep, gated: min(silu(gate), limit) * clamp(up, -limit, limit).

constexpr bool kGated = true;
__device__ __forceinline__ float activate(float gate, float up, ActivationParameters parameters) {
    const float g = at_most(__fdividef(gate, 1.0f + __expf(-gate)), parameters.limit);
    return g * at_least(at_most(up, parameters.limit), -parameters.limit);
}
