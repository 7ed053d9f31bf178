#pragma once
#include "../routing/local_expert.cuh"
#include "../routing/token_count.cuh"
// Which experts a small call touches, and with which slots: every block finds out by itself, so that no launch sorts before it.

constexpr int kDecodeSlots = 64;     // T * K at most
constexpr int kDecodeThreads = 256;  // threads a block
constexpr int kDecodeWarps = kDecodeThreads / 32;
constexpr int kDecodeColumns = 16;   // columns of GEMM2's output in a tile: one mma's weight rows
constexpr int kGroupSlots = 16;      // slots of a group at most; an expert with more has several groups

struct SlotGroups {
    int slot_experts[kDecodeSlots];  // of each slot, -1 where it has none
    int slots[kDecodeSlots];         // slots of valid experts by group, in their order
    int starts[kDecodeSlots + 1];    // first entry in `slots` of each group, then the number of entries
    int experts[kDecodeSlots];       // expert of each group
    int count;                       // groups
    int places[kDecodeSlots];        // of each slot in `slots`, where it has an expert
    int slot_groups[kDecodeSlots];   // its group
};

// Divisions of what is never negative: half as long without a sign, and every warp waits for them before its first load.
__device__ __forceinline__ int token_of(int slot, int top_k) { return static_cast<unsigned>(slot) / static_cast<unsigned>(top_k); }

// First of the rounds that a warp takes, of rounds divided among `warps`, a power of two.
__device__ __forceinline__ int warp_round(unsigned rounds, unsigned warp, unsigned warps) { return rounds * warp >> (__ffs(warps) - 1); }

#ifdef MOE_CODES
// The warp that takes a round.
__device__ __forceinline__ int warp_of(unsigned rounds, unsigned round, unsigned warps) { return ((round + 1) * warps - 1) / rounds; }

#endif
// Slots of the tokens that there are.
__device__ __forceinline__ int present_slots(const int* num_tokens_on_device, int num_slots, int top_k) {
    return num_tokens_on_device ? min(max(0, min(*num_tokens_on_device, num_slots)) * top_k, num_slots) : num_slots;
}

// One warp, kWords slots a lane: lane, and lane + 32. Groups are in the order of their first slots.
template <int kWords>
__device__ __forceinline__ void group_slots_of_warp(SlotGroups& groups, const int* ids, const LocalExperts& local_experts, int num_slots, int valid_slots) {
    const unsigned lane = threadIdx.x, all = 0xffffffffu;
    unsigned long long same[kWords], leaders = 0;  // slots of the same expert; first slots of groups
    int experts[kWords], before[kWords], starts[kWords], num_entries = 0;
#pragma unroll
    for (int word = 0; word < kWords; ++word) {
        const int slot = word * 32 + lane;
        experts[word] = slot < valid_slots ? local_expert(ids[slot], local_experts) : -1;
        same[word] = ~0ull >> (64 - 32 * kWords);
    }
    for (int bit = 31 - __clz(local_experts.num_local); bit >= 0; --bit) {  // one that ids may lack, so that none looks like -1
        unsigned long long set = 0;
#pragma unroll
        for (int word = 0; word < kWords; ++word) set |= static_cast<unsigned long long>(__ballot_sync(all, experts[word] >> bit & 1)) << word * 32;
#pragma unroll
        for (int word = 0; word < kWords; ++word) same[word] &= experts[word] >> bit & 1 ? set : ~set;
    }
#pragma unroll
    for (int word = 0; word < kWords; ++word) {
        before[word] = __popcll(same[word] & ((1ull << (word * 32 + lane)) - 1));  // slots of the expert in front of this one
        const bool leads = experts[word] >= 0 && before[word] % kGroupSlots == 0;
        leaders |= static_cast<unsigned long long>(__ballot_sync(all, leads)) << word * 32;
        const int size = leads ? min(__popcll(same[word]) - before[word], kGroupSlots) : 0;
        int end = size;
#pragma unroll
        for (int distance = 1; distance < 32; distance *= 2) {
            const int other = __shfl_up_sync(all, end, distance);
            if (lane >= distance) end += other;
        }
        starts[word] = num_entries + end - size;
        num_entries += __shfl_sync(all, end, 31);
    }
#pragma unroll
    for (int word = 0; word < kWords; ++word) {
        const int slot = word * 32 + lane, leader = 63 - __clzll(leaders & same[word] & ((2ull << slot) - 1)) & 63;  // the last up to this slot
        const int group = __popcll(leaders & ((1ull << leader) - 1));
        int start = __shfl_sync(all, starts[0], leader % 32);
        if (kWords > 1) {
            const int other = __shfl_sync(all, starts[kWords - 1], leader % 32);
            if (leader >= 32) start = other;
        }
        if (slot < num_slots) groups.slot_experts[slot] = experts[word];
        if (experts[word] >= 0) {
            groups.slots[start + before[word] % kGroupSlots] = slot;
            groups.places[slot] = start + before[word] % kGroupSlots;
            groups.slot_groups[slot] = group;
        }
        if (experts[word] >= 0 && leader == slot) {
            groups.experts[group] = experts[word];
            groups.starts[group] = start;
        }
    }
    if (lane == 0) {
        groups.count = __popcll(leaders);
        groups.starts[groups.count] = num_entries;
    }
}

// All threads of the block call it together; slots from valid_slots on have no expert. The groups follow from the ids alone, so that all blocks agree on them.
__device__ __forceinline__ void group_slots(SlotGroups& groups, const int* ids, const LocalExperts& local_experts, int num_slots, int valid_slots) {
    if (threadIdx.x < 32) {
        if (num_slots > 32) group_slots_of_warp<2>(groups, ids, local_experts, num_slots, valid_slots);
        else group_slots_of_warp<1>(groups, ids, local_experts, num_slots, valid_slots);
    }
    __syncthreads();
}
