#pragma once
#include "../config/config.cuh"
#include "order_keys.cuh"
#include "select_arguments.cuh"
// One warp chooses a token's experts. The class's method says what ranks them (choice_value), which groups of them may be chosen
// (keep_best_groups), and their scales (slot_scale).

// Lane k returns the k-th choice: the largest key, the lowest id among equals. Lane l heads experts l, l + 32, ...: it knows the
// best of them that is not taken. `keys` is the warp's own, 32 words for every 32 experts; `has_nan` says whether a logit is NaN.
__device__ __forceinline__ int choose_experts(unsigned* keys, const RouterRow& row, const SelectExpertsArguments& arguments, bool& has_nan) {
    const int lane = threadIdx.x % 32, rows = (row.num_experts + 31) / 32;
    unsigned head = kTakenKey;
    int head_expert = lane;
    has_nan = false;
#pragma unroll 8
    for (int i = 0; i < rows; ++i) {
        const int expert = i * 32 + lane;
        unsigned key = kTakenKey;
        if (expert < row.num_experts) key = order_key(choice_value(row.at(expert)) + (arguments.selectionBias ? arguments.selectionBias[expert] : 0.0f));
        keys[key_place(expert)] = key;
        has_nan |= key == kNanKey;
        if (key > head) { head = key; head_expert = expert; }
    }
    has_nan = __any_sync(kFullWarp, has_nan);
    __syncwarp();
    if (keep_best_groups(keys, arguments)) {
        head = kTakenKey;
        for (int expert = lane; expert < row.num_experts; expert += 32) {
            const unsigned key = keys[key_place(expert)];
            if (key > head) { head = key; head_expert = expert; }
        }
        __syncwarp();
    }

    int chosen = 0;
    for (int k = 0; k < arguments.topK; ++k) {
        const unsigned best = __reduce_max_sync(kFullWarp, head);
        const int expert = static_cast<int>(__reduce_min_sync(kFullWarp, head == best ? static_cast<unsigned>(head_expert) : ~0u));
        if (lane == k) chosen = expert;
        // All lanes look for the next head of the choice's column, lane i in row i.
        const int column = expert % 32, place = lane * 32 + (column + lane) % 32;
        unsigned key = lane < rows ? keys[place] : kTakenKey;
        if (lane == expert / 32) keys[place] = key = kTakenKey;
        const unsigned next = __reduce_max_sync(kFullWarp, key);
        const int next_row = __ffs(__ballot_sync(kFullWarp, key == next)) - 1;
        if (lane == column) { head = next; head_expert = next_row * 32 + lane; }
    }
    return chosen;
}

// Writes the sums of a token's parts to the first, each lane those of the experts that it ranks: the barriers behind order the rest.
__device__ __forceinline__ void add_logit_parts(float* logits, const SelectExpertsArguments& arguments) {
    constexpr int kUnroll = 8;
    const int lane = threadIdx.x % 32, experts = arguments.numExperts;
    for (int first = lane; first < experts; first += 32 * kUnroll) {
        float sums[kUnroll] = {};
#pragma unroll 2
        for (int part = 0; part < arguments.logitParts; ++part) {
            const float* source = logits + static_cast<long long>(part) * arguments.numTokens * experts;
#pragma unroll
            for (int i = 0; i < kUnroll; ++i) sums[i] += source[first + i * 32 < experts ? first + i * 32 : first];
        }
#pragma unroll
        for (int i = 0; i < kUnroll; ++i)
            if (first + i * 32 < experts) logits[first + i * 32] = sums[i];
    }
}

// Ids and scales of a token's slots.
__device__ __forceinline__ void select_token(unsigned* keys, long long token, const SelectExpertsArguments& arguments) {
    const int lane = threadIdx.x % 32, top_k = arguments.topK, num_slots = top_k + arguments.numSharedExperts;
    if (arguments.logitParts > 1) add_logit_parts(arguments.routerLogits + token * arguments.numExperts, arguments);
    const RouterRow row{arguments.routerLogits + token * arguments.numExperts, arguments.routerBias, arguments.numExperts};
    bool has_nan;
    const int chosen = choose_experts(keys, row, arguments, has_nan);
    float scale = slot_scale(row, arguments, chosen, row.at(chosen)) * arguments.routedScalingFactor;
    if (has_nan) scale = __int_as_float(0x7fffffff);  // a NaN logit, chosen or not, makes all of its token's NaN
    if (lane >= num_slots) return;
    const long long slot = token * num_slots + lane;
    const float* gates = arguments.sharedGateLogits;
    float gate = gates ? gates[token] : 0.0f;
    for (int part = 1; gates && part < arguments.logitParts; ++part) gate += gates[static_cast<long long>(part) * arguments.numTokens + token];
    const float shared = gates ? 1.0f / (1.0f + expf(-gate)) : 1.0f;
    arguments.tokenSelectedExperts[slot] = lane < top_k ? chosen : arguments.numExperts + lane - top_k;
    arguments.tokenFinalScales[slot] = lane >= top_k ? shared : arguments.tokenInputScales ? 1.0f : scale;
    if (arguments.tokenInputScales) arguments.tokenInputScales[slot] = lane < top_k ? scale : 1.0f;
}
