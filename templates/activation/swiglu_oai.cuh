#pragma once
#include "parameterised.cuh"
// SwigluOai, gated (gpt-oss): g = min(gate, limit), u = clamp(up, -limit, limit), g * sigmoid(alpha * g) * (u + beta).

constexpr bool kGated = true;
__device__ __forceinline__ float activate(float gate, float up, ActivationParameters parameters) {
    const float g = at_most(gate, parameters.limit);
    const float u = at_least(at_most(up, parameters.limit), -parameters.limit);
    return __fdividef(g, 1.0f + __expf(-parameters.alpha * g)) * (u + parameters.beta);
}
