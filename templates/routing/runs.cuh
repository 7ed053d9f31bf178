#pragma once
#include "scan.cuh"
// Slots to sorted rows in the order of the slots, so that the sort is stable and the same in every run. Each warp has a run of
// consecutive slots and counters of its own: warps meet twice, not once a slot.

constexpr int kWarpCounts = 8192;  // counters of all warps

struct SortedRuns {
    int counts[kWarpCounts];      // [warps, E]: slots of an expert in a warp's run; after count_runs, of the runs before it
    int first_rows[kMaxExperts];  // of each expert
    long long warp_sums[2][kSortThreads / 32];  // for the scans
};

// Warps that have a run: no more than have counters, nor than there are slots for.
__device__ __forceinline__ int run_warps(const RouteArguments& arguments, int num_slots) {
    return max(1, min(min(kSortThreads / 32, kWarpCounts / arguments.localExperts.num_local), (num_slots + 31) / 32));
}

// Counts the slots of this warp's run by expert; with `place` also writes each one's row: first_rows, and those counted before it.
__device__ __forceinline__ void walk_run(SortedRuns& runs, const RouteArguments& arguments, int begin, int num_slots, bool place) {
    const int warps = run_warps(arguments, num_slots), lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const int run = (num_slots + warps * 32 - 1) / (warps * 32) * 32;
    int* counts = runs.counts + warp * arguments.localExperts.num_local;
    for (int base = warp * run; warp < warps && base < min((warp + 1) * run, num_slots); base += 32) {
        const int slot = begin + base + lane;
        const int expert = base + lane < num_slots ? local_expert(arguments.tokenSelectedExperts[slot], arguments.localExperts) : -1;
        // Lanes of the same expert take consecutive rows; the lowest of them counts for all.
        const unsigned peers = __match_any_sync(kFullWarp, expert);
        const int before = expert >= 0 ? counts[expert] : 0;
        __syncwarp();
        if (expert >= 0 && lane == __ffs(peers) - 1) counts[expert] = before + __popc(peers);
        __syncwarp();
#ifdef MOE_SORTED_OUTPUT
        if (!place || expert < 0) continue;
        const int row = runs.first_rows[expert] + before + __popc(peers & ((1u << lane) - 1u));
        arguments.sortedSlots[row] = slot;
        if (arguments.slotRows) arguments.slotRows[slot] = row;
#else
        if (place && expert >= 0) arguments.sortedSlots[runs.first_rows[expert] + before + __popc(peers & ((1u << lane) - 1u))] = slot;
#endif
    }
}

// Turns the counters of a column into the sums of those before them; returns the sum of all. Eight are read before any is written back.
__device__ __forceinline__ int sum_before(int* column, int stride, int rows) {
    int sum = 0;
    for (int begin = 0; begin < rows; begin += 8) {
        int counts[8];
#pragma unroll
        for (int i = 0; i < 8; ++i) counts[i] = begin + i < rows ? column[(begin + i) * stride] : 0;
#pragma unroll
        for (int i = 0; i < 8; sum += counts[i], ++i) if (begin + i < rows) column[(begin + i) * stride] = sum;
    }
    return sum;
}

// Counts num_slots slots from `begin` on, all threads together; returns those of expert threadIdx.x, 0 beyond E.
__device__ __forceinline__ int count_runs(SortedRuns& runs, const RouteArguments& arguments, int begin, int num_slots) {
    const int warps = run_warps(arguments, num_slots), num_local = arguments.localExperts.num_local;
    for (int i = threadIdx.x; i < warps * num_local; i += kSortThreads) runs.counts[i] = 0;
    __syncthreads();
    walk_run(runs, arguments, begin, num_slots, false);
    __syncthreads();
    return static_cast<int>(threadIdx.x) < num_local ? sum_before(runs.counts + threadIdx.x, num_local, warps) : 0;
}

// The whole sort in one block.
__device__ __forceinline__ void sort_slots(SortedRuns& runs, const RouteArguments& arguments) {
    const int num_slots = arguments.valid_slots();
    runs.first_rows[threadIdx.x] = write_offsets(arguments, count_runs(runs, arguments, 0, num_slots), runs.warp_sums);
    __syncthreads();
    walk_run(runs, arguments, 0, num_slots, true);
}
