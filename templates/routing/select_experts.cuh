#pragma once
#include "../config/config.cuh"
#include "arguments.cuh"
// Softmax over a token's router logits, then the K most probable experts; one warp a token.

struct SelectExpertsArguments {
    const float* routerLogits;   // [T, E]
    int* tokenSelectedExperts;   // [T, K], most probable first
    float* tokenFinalScales;     // [T, K]
    int numTokens;               // T
    int numExperts;              // E <= kMaxExperts, those of all devices
    int topK;                    // K <= 32 and K <= E
    int reserved;
};
static_assert(sizeof(SelectExpertsArguments) == 40, "the launcher passes this layout");

constexpr int kSelectThreads = 256;                 // threads a block
constexpr int kTokensPerBlock = kSelectThreads / 32;  // one warp a token

// Order keys: taken experts below NaN, NaN below every number, numbers in their order.
constexpr unsigned kTakenKey = 0;
constexpr unsigned kNanKey = 1;

__device__ __forceinline__ unsigned order_key(float value) {
    if (value != value) return kNanKey;
    value += 0.0f;  // -0 and +0 are the same logit
    const unsigned bits = __float_as_uint(value);
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

extern "C" __global__ void __launch_bounds__(kSelectThreads) moe_select_experts(const __grid_constant__ SelectExpertsArguments arguments) {
    __shared__ unsigned all_keys[kTokensPerBlock][kMaxExperts];
    const int lane = threadIdx.x % 32;
    const int token = blockIdx.x * kTokensPerBlock + threadIdx.x / 32;
    if (token >= arguments.numTokens) return;  // whole warps leave; no block barrier follows
    unsigned* keys = all_keys[threadIdx.x / 32];
    const float* logits = arguments.routerLogits + static_cast<long long>(token) * arguments.numExperts;

    float largest = -__int_as_float(0x7f800000);
    for (int expert = lane; expert < arguments.numExperts; expert += 32) {
        const float logit = logits[expert];
        keys[expert] = order_key(logit);
        largest = fmaxf(largest, logit);
    }
    for (int distance = 16; distance > 0; distance /= 2) largest = fmaxf(largest, __shfl_xor_sync(kFullWarp, largest, distance));

    float sum = 0.0f;
    for (int expert = lane; expert < arguments.numExperts; expert += 32) sum += expf(logits[expert] - largest);
    for (int distance = 16; distance > 0; distance /= 2) sum += __shfl_xor_sync(kFullWarp, sum, distance);
    // A NaN logit makes every scale of its token NaN, as softmax does.
    const float poison = sum != sum ? sum : 0.0f;

    // K times: the largest key, the lowest id among equals. Lane k keeps the k-th choice.
    int chosen = 0;
    for (int k = 0; k < arguments.topK; ++k) {
        unsigned best_key = 0;
        int best = kMaxExperts;
        for (int expert = lane; expert < arguments.numExperts; expert += 32) {
            if (keys[expert] > best_key) { best_key = keys[expert]; best = expert; }
        }
        for (int distance = 16; distance > 0; distance /= 2) {
            const unsigned other_key = __shfl_xor_sync(kFullWarp, best_key, distance);
            const int other = __shfl_xor_sync(kFullWarp, best, distance);
            if (other_key > best_key || (other_key == best_key && other < best)) { best_key = other_key; best = other; }
        }
        if (lane == best % 32) keys[best] = kTakenKey;
        if (lane == k) chosen = best;
    }

    float scale = lane < arguments.topK ? expf(logits[chosen] - largest) + poison : 0.0f;
    if (kRenormalize) {
        sum = scale;
        for (int distance = 16; distance > 0; distance /= 2) sum += __shfl_xor_sync(kFullWarp, sum, distance);
    }
    if (lane < arguments.topK) {
        const long long slot = static_cast<long long>(token) * arguments.topK + lane;
        arguments.tokenSelectedExperts[slot] = chosen;
        arguments.tokenFinalScales[slot] = scale / sum;
    }
}
