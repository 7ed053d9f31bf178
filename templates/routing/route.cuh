#pragma once
#include "arguments.cuh"
#include "place.cuh"
#include "scan.cuh"
// Stable counting sort of the slots by expert, on the device: in one block for small inputs, else in three passes.

// counts[e] += slots of expert e in [begin, end).
template <int kThreads>
__device__ __forceinline__ void count_slots(const RouteArguments& arguments, int begin, int end, int* counts) {
    for (int expert = threadIdx.x; expert < kMaxExperts; expert += kThreads) counts[expert] = 0;
    __syncthreads();
    for (int slot = begin + static_cast<int>(threadIdx.x); slot < end; slot += kThreads) {
        const int expert = local_expert(arguments.tokenSelectedExperts[slot], arguments.localExperts);
        if (expert >= 0) atomicAdd(&counts[expert], 1);
    }
    __syncthreads();
}

// The whole sort in one block.
extern "C" __global__ void __launch_bounds__(kScanThreads) moe_route_small(const __grid_constant__ RouteArguments arguments) {
    __shared__ int cursors[kMaxExperts], tile_starts[kMaxExperts], warp_sums[32];
    count_slots<kScanThreads>(arguments, 0, arguments.numSlots, cursors);
    cursors[threadIdx.x] = write_offsets(arguments, cursors[threadIdx.x], warp_sums, tile_starts);
    __syncthreads();
    place_slots<kScanThreads>(arguments, 0, arguments.numSlots, cursors);
}

// First pass: chunkCounts[chunk, e].
extern "C" __global__ void __launch_bounds__(kChunkThreads) moe_route_count(const __grid_constant__ RouteArguments arguments) {
    __shared__ int counts[kMaxExperts];
    const int begin = blockIdx.x * arguments.slotsPerChunk;
    count_slots<kChunkThreads>(arguments, begin, min(arguments.numSlots - begin, arguments.slotsPerChunk) + begin, counts);
    int* row = arguments.chunkCounts + static_cast<long long>(blockIdx.x) * arguments.localExperts.num_local;
    for (int expert = threadIdx.x; expert < arguments.localExperts.num_local; expert += kChunkThreads) row[expert] = counts[expert];
}

// Second pass, one block: chunkCounts become each chunk's first row within its expert; offsets and tiles.
extern "C" __global__ void __launch_bounds__(kScanThreads) moe_route_scan(const __grid_constant__ RouteArguments arguments) {
    __shared__ int tile_starts[kMaxExperts], warp_sums[32];
    const int expert = threadIdx.x;
    int count = 0;
    if (expert < arguments.localExperts.num_local) {
        // Eight chunks are read before any is written back: their latencies overlap.
        for (int begin = 0; begin < arguments.numChunks; begin += 8) {
            int* column = arguments.chunkCounts + static_cast<long long>(begin) * arguments.localExperts.num_local + expert;
            int counts[8];
#pragma unroll
            for (int i = 0; i < 8; ++i) counts[i] = begin + i < arguments.numChunks ? column[i * arguments.localExperts.num_local] : 0;
#pragma unroll
            for (int i = 0; i < 8; ++i) {
                if (begin + i < arguments.numChunks) column[i * arguments.localExperts.num_local] = count;
                count += counts[i];
            }
        }
    }
    write_offsets(arguments, count, warp_sums, tile_starts);
}

// Third pass: slots to rows.
extern "C" __global__ void __launch_bounds__(kChunkThreads) moe_route_place(const __grid_constant__ RouteArguments arguments) {
    __shared__ int cursors[kMaxExperts];
    const int* row = arguments.chunkCounts + static_cast<long long>(blockIdx.x) * arguments.localExperts.num_local;
    for (int expert = threadIdx.x; expert < arguments.localExperts.num_local; expert += kChunkThreads)
        cursors[expert] = arguments.expertOffsets[expert] + row[expert];
    __syncthreads();
    const int begin = blockIdx.x * arguments.slotsPerChunk;
    place_slots<kChunkThreads>(arguments, begin, min(arguments.numSlots - begin, arguments.slotsPerChunk) + begin, cursors);
}
