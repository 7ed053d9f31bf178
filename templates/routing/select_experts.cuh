#pragma once
#include "select_token.cuh"
// Experts and scales of many tokens: one warp a token.

constexpr int kSelectThreads = 256;                 // threads a block
constexpr int kTokensPerBlock = kSelectThreads / 32;  // one warp a token

extern "C" __global__ void __launch_bounds__(kSelectThreads) moe_select_experts(const __grid_constant__ SelectExpertsArguments arguments) {
    __shared__ unsigned keys[kTokensPerBlock][kMaxExperts];
    const int token = blockIdx.x * kTokensPerBlock + threadIdx.x / 32;
    // Whole warps leave; no block barrier follows.
    if (token >= valid_tokens(arguments.numTokensOnDevice, arguments.numTokens)) return;
    // Each lane adds up the experts that it ranks: the barriers behind order the rest.
    if (arguments.logitParts > 1) add_logit_parts<8>(arguments.routerLogits + static_cast<long long>(token) * arguments.numExperts, arguments.numExperts, threadIdx.x % 32, 32, arguments);
    select_token(keys[threadIdx.x / 32], token, arguments);
}
