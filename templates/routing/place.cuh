#pragma once
#include "arguments.cuh"
// Slots to sorted rows, in the order of the slots, so that the sort is stable and the same in every run.

// cursors[e] is the next free row of expert e. All kThreads threads of the block take part.
template <int kThreads>
__device__ __forceinline__ void place_slots(const RouteArguments& arguments, int begin, int end, int* cursors) {
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    for (int base = begin; base < end; base += kThreads) {
        const int slot = base + threadIdx.x;
        const int expert = slot < end ? local_expert(arguments.tokenSelectedExperts[slot], arguments.localExperts) : -1;

        // Lanes of the same expert take consecutive rows; the lowest of them draws the rows for all.
        const unsigned peers = __match_any_sync(kFullWarp, expert);
        const int leader = __ffs(peers) - 1;
        const int rank = __popc(peers & ((1u << lane) - 1u));

        // Warps draw in turn: the order of the slots is the order of the rows.
        int row = 0;
        for (int turn = 0; turn < kThreads / 32; ++turn) {
            if (turn == warp && expert >= 0 && lane == leader) {
                row = cursors[expert];
                cursors[expert] = row + __popc(peers);
            }
            __syncthreads();
        }
        row = __shfl_sync(kFullWarp, row, leader) + rank;
        if (expert >= 0) arguments.sortedSlots[row] = slot;
        if (expert >= 0 && arguments.slotRows) arguments.slotRows[slot] = row;
    }
}
