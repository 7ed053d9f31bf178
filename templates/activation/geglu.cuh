#pragma once
#include "unparameterised.cuh"
// Geglu, gated: gelu(gate) * up, gelu in its exact form, written with erfc so that the negative tail keeps its digits.

constexpr bool kGated = true;
__device__ __forceinline__ float activate(float gate, float up, ActivationParameters) {
    return 0.5f * gate * erfcf(-0.70710678118654752f * gate) * up;
}
