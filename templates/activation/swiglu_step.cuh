#pragma once
#include "limited.cuh"
// SwigluStep, gated: min(silu(gate), limit) * clamp(up, -limit, limit).

constexpr bool kGated = true;
struct ActivationParameters { float limit; };  // the configuration's, or an expert's own where the caller gives a tensor

__device__ __forceinline__ ActivationParameters activation_parameters(const float*, const float*, const float* limit, int expert) {
    return {limit ? limit[expert] : kSwigluLimit};
}

__device__ __forceinline__ float activate(float gate, float up, ActivationParameters parameters) {
    const float g = at_most(__fdividef(gate, 1.0f + __expf(-gate)), parameters.limit);
    return g * at_least(at_most(up, parameters.limit), -parameters.limit);
}
