#pragma once
#include "gelu_tanh_form.cuh"
#include "unparameterised.cuh"
// GeluTanh, plain.

constexpr bool kGated = false;
__device__ __forceinline__ float activate(float x, float, ActivationParameters) { return gelu_tanh(x); }
