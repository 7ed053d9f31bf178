#pragma once
#include "limited.cuh"
// For activations with constants: the configuration's, or an expert's own where the caller gives a tensor.

struct ActivationParameters { float alpha, beta, limit; };

__device__ __forceinline__ ActivationParameters activation_parameters(const float* alpha, const float* beta, const float* limit, int expert) {
    return {alpha ? alpha[expert] : kSwigluAlpha, beta ? beta[expert] : kSwigluBeta, limit ? limit[expert] : kSwigluLimit};
}
