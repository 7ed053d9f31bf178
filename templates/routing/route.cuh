#pragma once
#include "runs.cuh"
// Stable counting sort of the slots by expert, on the device: in one block for small inputs, else in three passes.

// The whole sort in one block.
extern "C" __global__ void __launch_bounds__(kSortThreads) moe_route_small(const __grid_constant__ RouteArguments arguments) {
    __shared__ SortMemory memory;
    sort_slots(memory, arguments, [&](int slot) { return arguments.tokenSelectedExperts[slot]; });
}

// First pass, one block a chunk: chunkCounts[chunk, e].
extern "C" __global__ void __launch_bounds__(kSortThreads) moe_route_count(const __grid_constant__ RouteArguments arguments) {
    __shared__ SortMemory memory;
    const int num_local = arguments.localExperts.num_local, count = ChunkSort(memory, arguments, blockIdx.x).count([&](int slot) { return arguments.tokenSelectedExperts[slot]; });
    if (threadIdx.x < num_local) arguments.chunkCounts[static_cast<long long>(blockIdx.x) * num_local + threadIdx.x] = count;
}

// Second pass, one block: chunkCounts become each chunk's first row within its expert; offsets and tiles.
extern "C" __global__ void __launch_bounds__(kSortThreads) moe_route_scan(const __grid_constant__ RouteArguments arguments) {
    __shared__ long long warp_sums[2][kSortThreads / 32];
    const int expert = threadIdx.x, num_local = arguments.localExperts.num_local;
    write_offsets(arguments, expert < num_local ? sum_before(arguments.chunkCounts + expert, num_local, arguments.numChunks) : 0, warp_sums);
}

// Third pass, one block a chunk: slots to rows.
extern "C" __global__ void __launch_bounds__(kSortThreads) moe_route_place(const __grid_constant__ RouteArguments arguments) {
    __shared__ SortMemory memory;
    const ChunkSort sort(memory, arguments, blockIdx.x);
    sort.count([&](int slot) { return arguments.tokenSelectedExperts[slot]; });
    const int expert = threadIdx.x, num_local = arguments.localExperts.num_local;
    if (expert < num_local)
        memory.first_rows[expert] = arguments.expertOffsets[expert] + arguments.chunkCounts[static_cast<long long>(blockIdx.x) * num_local + expert];
    __syncthreads();
    sort.place();
}
