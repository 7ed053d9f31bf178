#pragma once
#include "gelu_tanh_form.cuh"
#include "unparameterised.cuh"
// GegluTanh, gated: gelu_tanh(gate) * up.

constexpr bool kGated = true;
__device__ __forceinline__ float activate(float gate, float up, ActivationParameters) { return gelu_tanh(gate) * up; }
