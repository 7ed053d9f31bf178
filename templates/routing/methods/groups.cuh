#pragma once
#include "../order_keys.cuh"
#include "../select_arguments.cuh"
// Experts of the best groups alone may be chosen.

constexpr bool kRanksGroups = true;

// Takes the experts of all other groups out; whether there was one. A group scores the sum of its kBest best. The whole warp calls it.
template <int kBest> __device__ __forceinline__ bool keep_groups(unsigned* keys, const SelectExpertsArguments& arguments) {
    const int groups = arguments.numExpertGroups, lane = threadIdx.x % 32;
    if (groups == arguments.numSelectedGroups) return false;
    // As many lanes a group as there are, a power of two: each ranks some of its experts.
    const int size = arguments.numExperts / groups, log_lanes = 31 - __clz(32 / groups), group = lane >> log_lanes, lanes = 1 << log_lanes;
    const int begin = group < groups ? group * size + lane % lanes : 0, end = group < groups ? (group + 1) * size : 0;
    unsigned first = kTakenKey, second = kTakenKey;
#pragma unroll 4
    for (int expert = begin; expert < end; expert += lanes) {
        const unsigned key = keys[key_place(expert)];
        second = max(second, min(first, key));
        first = max(first, key);
    }
    for (int distance = 1; distance < lanes; distance *= 2) {
        const unsigned other = __shfl_xor_sync(kFullWarp, first, distance), other_second = __shfl_xor_sync(kFullWarp, second, distance);
        second = max(min(first, other), max(second, other_second));
        first = max(first, other);
    }
    if constexpr (kBest == 2) first = order_key(key_value(first) + (second == kTakenKey ? 0.0f : key_value(second)));
    const unsigned own = __shfl_sync(kFullWarp, first, lane << log_lanes & 31);  // score of group `lane`

    // A group is chosen if fewer groups than may be are better, or equal with a lower number.
    int better = 0;
#pragma unroll 4
    for (int other = 0; other < groups; ++other) {
        const unsigned score = __shfl_sync(kFullWarp, own, other);
        better += score > own || (score == own && other < lane);
    }
    const unsigned chosen = __ballot_sync(kFullWarp, lane < groups && better < arguments.numSelectedGroups);
    for (int expert = (chosen >> group & 1) != 0 ? end : begin; expert < end; expert += lanes) keys[key_place(expert)] = kTakenKey;
    __syncwarp();
    return true;
}
