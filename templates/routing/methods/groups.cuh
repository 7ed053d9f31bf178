#pragma once
#include "../order_keys.cuh"
#include "../select_arguments.cuh"
// Experts of the best groups alone may be chosen.

// Takes the experts of all other groups out; whether there was one. A group scores the sum of its kBest best. The whole warp calls it.
template <int kBest> __device__ __forceinline__ bool keep_groups(unsigned* keys, const SelectExpertsArguments& arguments) {
    const int groups = arguments.numExpertGroups, lane = threadIdx.x % 32;
    if (groups == arguments.numSelectedGroups) return false;
    const int size = arguments.numExperts / groups;
    unsigned own = kTakenKey;  // score of group `lane`
    for (int group = 0; group < groups; ++group) {
        unsigned first = kTakenKey, second = kTakenKey;
        for (int i = lane; i < size; i += 32) {
            const unsigned key = keys[key_place(group * size + i)];
            second = max(second, min(first, key));
            first = max(first, key);
        }
        unsigned score = __reduce_max_sync(kFullWarp, first);
        if constexpr (kBest == 2) {
            const bool leads = lane == __ffs(__ballot_sync(kFullWarp, first == score)) - 1;
            const unsigned next = __reduce_max_sync(kFullWarp, leads ? second : first);
            score = order_key(key_value(score) + (next == kTakenKey ? 0.0f : key_value(next)));
        }
        if (lane == group) own = score;
    }

    // A group is chosen if fewer groups than may be are better, or equal with a lower number.
    int better = 0;
    for (int group = 0; group < groups; ++group) {
        const unsigned other = __shfl_sync(kFullWarp, own, group);
        better += other > own || (other == own && group < lane);
    }
    const unsigned chosen = __ballot_sync(kFullWarp, lane < groups && better < arguments.numSelectedGroups);
    for (int group = 0; group < groups; ++group)
        for (int i = lane; (chosen >> group & 1) == 0 && i < size; i += 32) keys[key_place(group * size + i)] = kTakenKey;
    __syncwarp();
    return true;
}
