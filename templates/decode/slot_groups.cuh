#pragma once
#include "../routing/local_expert.cuh"
#include "../routing/token_count.cuh"
// Which experts a small call touches, and with which slots: every block finds out by itself, so that no launch sorts before it.

constexpr int kDecodeSlots = 64;     // T * K at most
constexpr int kDecodeThreads = 256;  // threads a block of GEMM1
constexpr int kDecodeWarps = kDecodeThreads / 32;
constexpr int kWideDecodeThreads = 512;  // threads a block of GEMM2 at most
constexpr int kGroupSlots = 16;      // slots of a group at most; an expert with more has several groups

struct SlotGroups {
    int slot_experts[kDecodeSlots];  // of each slot, -1 where it has none
    bool leads[kDecodeSlots];        // whether a slot is the first of a group
    int slots[kDecodeSlots];         // slots of valid experts by expert, in their order
    int starts[kDecodeSlots + 1];    // first entry in `slots` of each group, then the number of entries
    int experts[kDecodeSlots];       // expert of each group
    int count;                       // groups
#ifdef MOE_CODES
    int places[kDecodeSlots];        // of each slot in `slots`, where it has an expert
    int slot_groups[kDecodeSlots];   // its group
#endif
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

// Slots that a warp can group by itself, a lane each, in the order of each expert's first slot.
__device__ __forceinline__ void group_few_slots(SlotGroups& groups, const int* ids, const LocalExperts& local_experts, int num_slots, int valid_slots) {
    const unsigned lane = threadIdx.x, before_lane = (1u << lane) - 1, all = 0xffffffffu;
    const int expert = static_cast<int>(lane) < valid_slots ? local_expert(ids[lane], local_experts) : -1;
    const unsigned same = __match_any_sync(all, expert);
    const int before = __popc(same & before_lane);  // slots of the expert in front of this one
    const bool leader = expert >= 0 && before % kGroupSlots == 0;
    const unsigned leaders = __ballot_sync(all, leader);
    const int size = leader ? min(__popc(same) - before, kGroupSlots) : 0;
    int end = size;  // entries up to the end of this lane's group
#pragma unroll
    for (int distance = 1; distance < 32; distance *= 2) {
        const int other = __shfl_up_sync(all, end, distance);
        if (lane >= distance) end += other;
    }
    const int own_leader = (31 - __clz(leaders & same & (before_lane | 1u << lane))) & 31, group = __popc(leaders & ((1u << own_leader) - 1));
    const int start = __shfl_sync(all, end - size, own_leader);
    if (static_cast<int>(lane) < num_slots) groups.slot_experts[lane] = expert;
    if (expert >= 0) {
        groups.slots[start + before % kGroupSlots] = lane;
#ifdef MOE_CODES
        groups.places[lane] = start + before % kGroupSlots;
        groups.slot_groups[lane] = group;
#endif
    }
    if (leader) {
        groups.experts[group] = expert;
        groups.starts[group] = start;
    }
    if (lane == 31) {
        groups.count = __popc(leaders);
        groups.starts[groups.count] = end;
    }
}

// All threads of the block call it together; the groups are in the order of their experts.
__device__ __forceinline__ void group_many_slots(SlotGroups& groups, const int* ids, const LocalExperts& local_experts, int num_slots, int valid_slots) {
    const int (&experts)[kDecodeSlots] = groups.slot_experts;
    const int slot = threadIdx.x;
    const int expert = slot < valid_slots ? local_expert(ids[slot], local_experts) : -1;
    if (slot < num_slots) groups.slot_experts[slot] = expert;
    __syncthreads();

    int place = 0, before = 0;  // entries before this slot's, and those of them that are of its expert
    for (int other = 0; other < num_slots; ++other) {
        const bool same = experts[other] == expert && other < slot;
        before += same;
        place += same || (experts[other] >= 0 && experts[other] < expert);
    }
    const bool leader = expert >= 0 && before % kGroupSlots == 0;
    if (slot < num_slots) groups.leads[slot] = leader;
    if (expert >= 0) groups.slots[place] = slot;
    __syncthreads();

    if (expert >= 0) {
        int group = -1;  // leaders up to this slot's, less one
        for (int other = 0; other < num_slots; ++other)
            group += groups.leads[other] && (experts[other] < expert || (experts[other] == expert && other <= slot));
        if (leader) {
            groups.experts[group] = expert;
            groups.starts[group] = place;
        }
#ifdef MOE_CODES
        groups.places[slot] = place;
        groups.slot_groups[slot] = group;
#endif
    }
    if (slot == 0) {
        int count = 0, entries = 0;
        for (int other = 0; other < num_slots; ++other) { count += groups.leads[other]; entries += experts[other] >= 0; }
        groups.count = count;
        groups.starts[count] = entries;
    }
    __syncthreads();
}

// All threads of the block call it together; slots from valid_slots on have no expert. The groups follow from the ids alone, so that all blocks agree on them.
__device__ __forceinline__ void group_slots(SlotGroups& groups, const int* ids, const LocalExperts& local_experts, int num_slots, int valid_slots) {
    if (num_slots > 32) {
        group_many_slots(groups, ids, local_experts, num_slots, valid_slots);
    } else {
        if (threadIdx.x < 32) group_few_slots(groups, ids, local_experts, num_slots, valid_slots);
        __syncthreads();
    }
}
