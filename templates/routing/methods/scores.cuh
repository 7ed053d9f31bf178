#pragma once
#include "../select_arguments.cuh"
// Scores that an expert has by itself.

__device__ __forceinline__ float sigmoid(float logit) { return 1.0f / (1.0f + expf(-logit)); }

// Divided by the sum over the K choices where the model asks for it; the score of lane k is that of the k-th.
__device__ __forceinline__ float divided_by_sum(float score, const SelectExpertsArguments& arguments) {
    const float sum = warp_sum(static_cast<int>(threadIdx.x) % 32 < arguments.topK ? score : 0.0f);
    return arguments.renormalize ? score / (sum + 1e-20f) : score;
}
