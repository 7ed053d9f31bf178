#pragma once
#include "arguments.cuh"
// Offsets of all experts, and the table of M-tiles, from the number of slots of each.

// Thread e holds the number of slots of expert e (0 beyond E). Writes offsets and tiles; returns the first row of expert e.
__device__ __forceinline__ int write_offsets(const RouteArguments& arguments, int count, long long (&warp_sums)[2][kSortThreads / 32]) {
    const int expert = threadIdx.x, warp = threadIdx.x / 32, num_local = arguments.localExperts.num_local;
    int first_row = 0;
    for (int list = 0; list < 2 && arguments.tileM[list] > 0; ++list) {
        // Rows in the upper half and tiles in the lower one are summed together.
        const long long own = static_cast<long long>(count) << 32 | (count + arguments.tileM[list] - 1u) / arguments.tileM[list];
        long long next = own;
        for (int distance = 1; distance < 32; distance *= 2) {
            const long long other = __shfl_up_sync(kFullWarp, next, distance);
            if (expert % 32 >= distance) next += other;
        }
        if (expert % 32 == 31) warp_sums[list][warp] = next;
        __syncthreads();
        if (expert < 2) arguments.drawnTiles[expert] = 0;
        if (expert == 0) arguments.expertOffsets[0] = arguments.tileStarts[list][0] = 0;
        if (expert >= num_local) continue;
        arguments.drawnTiles[2 + expert] = 0;
#pragma unroll 8
        for (int before = 0; before < (num_local + 31) / 32; ++before) next += before < warp ? warp_sums[list][before] : 0;
        first_row = static_cast<int>((next - own) >> 32);
        arguments.expertOffsets[expert + 1] = static_cast<int>(next >> 32);
        arguments.tileStarts[list][expert + 1] = static_cast<int>(next);
#pragma unroll 1
        for (int tile = static_cast<int>(next - own); tile < static_cast<int>(next); ++tile) arguments.tileExperts[list][tile] = expert;
    }
    return first_row;
}
