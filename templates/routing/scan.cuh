#pragma once
#include "arguments.cuh"
// Offsets of all experts, and the table of M-tiles, from the number of slots of each.

__device__ __forceinline__ long long warp_inclusive_scan(long long value) {
    for (int distance = 1; distance < 32; distance *= 2) {
        const long long other = __shfl_up_sync(kFullWarp, value, distance);
        if (threadIdx.x % 32 >= distance) value += other;
    }
    return value;
}

// Thread e holds the number of slots of expert e (0 beyond E). Writes offsets and tiles; returns the first row of expert e.
__device__ __forceinline__ int write_offsets(const RouteArguments& arguments, int count, long long (&warp_sums)[kSortThreads / 32]) {
    const int expert = threadIdx.x, lane = threadIdx.x % 32, warp = threadIdx.x / 32, num_local = arguments.localExperts.num_local;
    int first_row = 0;
    for (int list = 0; list < 2 && arguments.tileM[list] > 0; ++list) {
        // Rows in the upper half and tiles in the lower one are summed together; one warp sums the warps.
        const long long own = static_cast<long long>(count) << 32 | (count + arguments.tileM[list] - 1) / arguments.tileM[list];
        const long long in_warp = warp_inclusive_scan(own);
        __syncthreads();
        if (lane == 31) warp_sums[warp] = in_warp;
        __syncthreads();
        if (warp == 0) warp_sums[lane] = warp_inclusive_scan(warp_sums[lane]);
        __syncthreads();
        const long long next = in_warp + (warp == 0 ? 0 : warp_sums[warp - 1]), first = next - own;
        if (expert < 2) arguments.drawnTiles[expert] = 0;
        if (expert == 0) arguments.expertOffsets[0] = arguments.tileStarts[list][0] = 0;
        first_row = static_cast<int>(first >> 32);
        if (expert >= num_local) continue;
        arguments.expertOffsets[expert + 1] = static_cast<int>(next >> 32);
        arguments.tileStarts[list][expert + 1] = static_cast<int>(next);
        for (int tile = static_cast<int>(first); tile < static_cast<int>(next); ++tile) arguments.tileExperts[list][tile] = expert;
    }
    return first_row;
}
