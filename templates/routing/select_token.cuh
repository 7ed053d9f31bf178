#pragma once
#include "../config/config.cuh"
#include "order_keys.cuh"
#include "select_arguments.cuh"
// One warp chooses a token's experts. The class's method says what ranks them (choice_value), which groups of them may be chosen
// (keep_best_groups, kRanksGroups), and their scales (slot_scale).

// A lane's best expert that is not taken; the lowest id among equals.
struct RankedExpert {
    unsigned key;
    int expert;
    __device__ __forceinline__ void offer(unsigned other_key, int other) {
        if (other_key > key) { key = other_key; expert = other; }
    }
};

constexpr int kHeldRows = 8;  // rows of 32 experts that are ranked at once; of no more experts than these the lanes hold the keys in registers

// Adds those of values[first], values[first + 32], ... that are below `end`, all loaded at once.
__device__ __forceinline__ void add_column(float (&sums)[kHeldRows], const float* values, int first, int end) {
    float column[kHeldRows];
    values += first;
#pragma unroll
    for (int i = 0; i < kHeldRows; ++i) column[i] = first + i * 32 < end ? values[i * 32] : 0.0f;
#pragma unroll
    for (int i = 0; i < kHeldRows; ++i) sums[i] += column[i];
}

// The best of those that this lane holds. Neighbours meet first, so that the lower id wins among equals.
__device__ __forceinline__ RankedExpert best_held(const unsigned (&keys)[kHeldRows]) {
    RankedExpert best[kHeldRows];
#pragma unroll
    for (int i = 0; i < kHeldRows; ++i) best[i] = {keys[i], i * 32 + static_cast<int>(threadIdx.x % 32)};
#pragma unroll
    for (int distance = 1; distance < kHeldRows; distance *= 2) {
#pragma unroll
        for (int i = 0; i < kHeldRows; i += 2 * distance) best[i].offer(best[i + distance].key, best[i + distance].expert);
    }
    return best[0];
}

// Lane k returns the k-th choice: the largest key, the lowest id among equals. Lane l heads experts l, l + 32, ...: it knows the
// best of them that is not taken. `keys` is the warp's own, 32 words for every 32 experts; `has_nan` says whether a logit is NaN.
__device__ __forceinline__ int choose_experts(unsigned* keys, const RouterRow& row, const SelectExpertsArguments& arguments, bool& has_nan) {
    const int lane = threadIdx.x % 32, rows = (row.num_experts + 31) / 32;
    const bool is_held = rows <= kHeldRows;
    RankedExpert head = {kTakenKey, lane};
    unsigned held[kHeldRows];
    has_nan = false;
    for (int first = 0; first < rows; first += kHeldRows) {
        const int first_expert = first * 32 + lane;
        float logits[kHeldRows] = {}, biases[kHeldRows] = {};
        add_column(logits, row.logits, first_expert, row.num_experts);
        if (row.bias) add_column(logits, row.bias, first_expert, row.num_experts);
        if (arguments.selectionBias) add_column(biases, arguments.selectionBias, first_expert, row.num_experts);
#pragma unroll
        for (int i = 0; i < kHeldRows; ++i) {
            const unsigned key = order_key(choice_value(logits[i]) + biases[i]);
            held[i] = first_expert + i * 32 < row.num_experts ? key : kTakenKey;
            has_nan |= held[i] == kNanKey;
            head.offer(held[i], first_expert + i * 32);
        }
#pragma unroll
        for (int i = 0; i < kHeldRows && (!is_held || kRanksGroups); ++i) keys[key_place(first_expert + i * 32)] = held[i];
    }
    has_nan = __any_sync(kFullWarp, has_nan);
    __syncwarp();
    if (keep_best_groups(keys, arguments)) {
        if (is_held) {
#pragma unroll
            for (int i = 0; i < kHeldRows; ++i) held[i] = i < rows ? keys[key_place(i * 32 + lane)] : kTakenKey;
            head = best_held(held);
        } else {
            head = {kTakenKey, lane};
            for (int i = 0; i < rows; ++i) head.offer(keys[key_place(i * 32 + lane)], i * 32 + lane);
        }
        __syncwarp();
    }

    int chosen = 0;
    for (int k = 0; k < arguments.topK; ++k) {
        const unsigned best = __reduce_max_sync(kFullWarp, head.key);
        const int expert = static_cast<int>(__reduce_min_sync(kFullWarp, head.key == best ? static_cast<unsigned>(head.expert) : ~0u));
        if (lane == k) chosen = expert;
        if (is_held) {
#pragma unroll
            for (int i = 0; i < kHeldRows; ++i)
                if (expert == i * 32 + lane) held[i] = kTakenKey;
            head = best_held(held);
            continue;
        }
        // All lanes look for the next head of the choice's column, lane i in row i.
        const int column = expert % 32, place = lane * 32 + (column + lane) % 32;
        unsigned key = lane < rows ? keys[place] : kTakenKey;
        if (lane == expert / 32) keys[place] = key = kTakenKey;
        const unsigned next = __reduce_max_sync(kFullWarp, key);
        const int next_row = __ffs(__ballot_sync(kFullWarp, key == next)) - 1;
        if (lane == column) head = {next, next_row * 32 + lane};
    }
    return chosen;
}

// Writes the sums of the parts of `count` logits to the first part, each thread those of every threads-th logit, kUnroll of them at once.
template <int kUnroll> __device__ __forceinline__ void add_logit_parts(float* logits, int count, int thread, int threads, const SelectExpertsArguments& arguments) {
    constexpr int kParts = 16 / kUnroll;  // read at once
    const long long stride = static_cast<long long>(arguments.numTokens) * arguments.numExperts;
    for (int first = thread; first < count; first += threads * kUnroll) {
        float sums[kUnroll] = {};
        const float* source = logits + first;
        for (int part = 0; part < arguments.logitParts; part += kParts, source += kParts * stride) {
            float values[kParts][kUnroll];
#pragma unroll
            for (int i = 0; i < kParts * kUnroll; ++i) {
                const bool is_there = part + i / kUnroll < arguments.logitParts && first + i % kUnroll * threads < count;
                values[i / kUnroll][i % kUnroll] = is_there ? source[i / kUnroll * stride + i % kUnroll * threads] : 0.0f;
            }
#pragma unroll
            for (int i = 0; i < kParts * kUnroll; ++i) sums[i % kUnroll] += values[i / kUnroll][i % kUnroll];
        }
#pragma unroll
        for (int i = 0; i < kUnroll; ++i)
            if (first + i * threads < count) logits[first + i * threads] = sums[i];
    }
}

// Writes ids and scales of a token's slots, of logits that are one part; returns the id of slot `lane`.
__device__ __forceinline__ int select_token(unsigned* keys, long long token, const SelectExpertsArguments& arguments) {
    const int lane = threadIdx.x % 32, top_k = arguments.topK, num_slots = top_k + arguments.numSharedExperts;
    const RouterRow row{arguments.routerLogits + token * arguments.numExperts, arguments.routerBias, arguments.numExperts};
    bool has_nan;
    const int chosen = choose_experts(keys, row, arguments, has_nan);
    float scale = slot_scale(row, arguments, chosen, row.at(chosen)) * arguments.routedScalingFactor;
    if (has_nan) scale = __int_as_float(0x7fffffff);  // a NaN logit, chosen or not, makes all of its token's NaN
    float shared = 1.0f;
    if (const float* gates = arguments.sharedGateLogits) {
        float gate = 0.0f;
        for (int part = lane; part < max(arguments.logitParts, 1); part += 32) gate += gates[static_cast<long long>(part) * arguments.numTokens + token];
        shared = 1.0f / (1.0f + expf(-warp_sum(gate)));
    }
    const int expert = lane < top_k ? chosen : arguments.numExperts + lane - top_k;
    if (lane >= num_slots) return expert;
    const long long slot = token * num_slots + lane;
    arguments.tokenSelectedExperts[slot] = expert;
    arguments.tokenFinalScales[slot] = lane >= top_k ? shared : arguments.tokenInputScales ? 1.0f : scale;
    if (arguments.tokenInputScales) arguments.tokenInputScales[slot] = lane < top_k ? scale : 1.0f;
    return expert;
}
