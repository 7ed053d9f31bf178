#pragma once
#include "../select_arguments.cuh"
// Probabilities of the experts, all lanes of the token's warp together. Lane 0's choice has the largest logit.

// exp(z) of this lane's choice over the sum over all experts.
__device__ __forceinline__ float probability(const RouterRow& row, float logit) {
    const float largest = __shfl_sync(kFullWarp, logit, 0);
    float sum = 0.0f;
#pragma unroll 8
    for (int expert = threadIdx.x % 32; expert < row.num_experts; expert += 32) sum += expf(row.at(expert) - largest);
    return expf(logit - largest) / warp_sum(sum);
}
