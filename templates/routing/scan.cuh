#pragma once
#include "arguments.cuh"
// Offsets of all experts, and the table of M-tiles, from the number of slots of each.

__device__ __forceinline__ int warp_inclusive_scan(int value) {
    for (int distance = 1; distance < 32; distance *= 2) {
        const int other = __shfl_up_sync(kFullWarp, value, distance);
        if (threadIdx.x % 32 >= distance) value += other;
    }
    return value;
}

// Exclusive prefix sum over the kScanThreads threads of the block; `total` is the sum of all.
__device__ __forceinline__ int exclusive_scan(int value, int* warp_sums, int& total) {
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const int inclusive = warp_inclusive_scan(value);
    if (lane == 31) warp_sums[warp] = inclusive;
    __syncthreads();

    // One warp scans the warps' sums.
    if (warp == 0) warp_sums[lane] = warp_inclusive_scan(warp_sums[lane]);
    __syncthreads();
    total = warp_sums[kScanThreads / 32 - 1];
    const int before = warp == 0 ? 0 : warp_sums[warp - 1];
    __syncthreads();  // warp_sums may be used again
    return before + inclusive - value;
}

// Thread e holds the number of slots of expert e (0 beyond E). Writes offsets and tiles; returns the first row of expert e.
__device__ __forceinline__ int write_offsets(const RouteArguments& arguments, int count, int* warp_sums, int* tile_starts) {
    const int expert = threadIdx.x;
    int total_rows, total_tiles;
    const int first_row = exclusive_scan(count, warp_sums, total_rows);
    const int first_tile = exclusive_scan((count + arguments.tileM - 1) / arguments.tileM, warp_sums, total_tiles);
    tile_starts[expert] = first_tile;
    if (expert < arguments.localExperts.num_local) {
        arguments.expertOffsets[expert] = first_row;
        arguments.tileStarts[expert] = first_tile;
    }
    if (expert == 0) {
        arguments.expertOffsets[arguments.localExperts.num_local] = total_rows;
        arguments.tileStarts[arguments.localExperts.num_local] = total_tiles;
    }
    __syncthreads();

    // The expert of a tile is the last one that starts at or before it; empty experts start where their successor does.
    for (int tile = threadIdx.x; tile < total_tiles; tile += kScanThreads) {
        int low = 0, high = arguments.localExperts.num_local - 1;
        while (low < high) {
            const int middle = (low + high + 1) / 2;
            if (tile_starts[middle] <= tile) low = middle; else high = middle - 1;
        }
        arguments.tileExperts[tile] = low;
    }
    return first_row;
}
