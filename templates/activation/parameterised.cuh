#pragma once
// For activations with constants: the configuration's, or an expert's own where the caller gives a tensor.

struct ActivationParameters { float alpha, beta, limit; };

__device__ __forceinline__ ActivationParameters activation_parameters(const float* alpha, const float* beta, const float* limit, int expert) {
    return {alpha ? alpha[expert] : kSwigluAlpha, beta ? beta[expert] : kSwigluBeta, limit ? limit[expert] : kSwigluLimit};
}

// min and max that keep NaN.
__device__ __forceinline__ float at_most(float value, float limit) { return value > limit ? limit : value; }
__device__ __forceinline__ float at_least(float value, float limit) { return value < limit ? limit : value; }
