#pragma once
#include "scan.cuh"
// Slots to sorted rows in the order of the slots, so that the sort is stable and the same in every run. Each warp has a run of
// consecutive slots and counters of its own: warps meet twice, not once a slot.

constexpr int kLogWarpCounts = 12, kBlockSlots = 4096;  // counters of all warps, as a power of two; slots a block sorts at most

struct SortMemory {
    int counts[1 << kLogWarpCounts];  // [warps, E]: slots of an expert in a warp's run; in the end, of the runs before it
    int first_rows[kMaxExperts];      // of each expert
    long long warp_sums[2][kSortThreads / 32];  // for the scans
    unsigned counted[kBlockSlots];              // of a slot its expert, in the upper half how many of its run are before it
};

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

// The lanes that have the same expert as this one; of -1 those that have none. A vote on each bit takes as long whatever the experts are.
__device__ __forceinline__ unsigned lanes_of_expert(int expert) {
    unsigned lanes = __ballot_sync(kFullWarp, expert >= 0) ^ (expert >= 0 ? 0u : kFullWarp);
#pragma unroll
    for (int bit = 1; bit < kMaxExperts; bit *= 2) lanes &= __ballot_sync(kFullWarp, expert & bit) ^ (expert & bit ? 0u : kFullWarp);
    return lanes;
}

// The sort of a chunk, all threads of a block together.
struct ChunkSort {
    SortMemory& memory;
    const RouteArguments& arguments;
    int begin, num_slots, log_warps, first, end;  // first: this lane's first slot; end: of its warp's run; both from `begin` on
    // A power of two of warps have runs: no more than have counters, nor than there are slots for.
    __device__ __forceinline__ ChunkSort(SortMemory& memory, const RouteArguments& arguments, int chunk)
        : memory(memory), arguments(arguments), begin(chunk * arguments.slotsPerChunk), num_slots(max(0, min(arguments.valid_slots() - begin, arguments.slotsPerChunk))) {
        const int warp = threadIdx.x / 32, most = kLogWarpCounts - 32 + __clz(arguments.localExperts.num_local - 1);
        log_warps = min(min(32 - __clz((num_slots - 1) >> 5), 32 - __clz(kSortThreads / 32 - 1)), most);
        const int run = (num_slots + (32 << log_warps) - 1) >> (5 + log_warps) << 5;
        first = warp * run + threadIdx.x % 32;
        end = warp >> log_warps == 0 ? min((warp + 1) * run, num_slots) : 0;
    }
    __device__ __forceinline__ int* counts() const { return memory.counts + threadIdx.x / 32 * arguments.localExperts.num_local; }

    // Counts the slots by their experts, whose ids `id_of` finds; returns those of expert threadIdx.x, 0 beyond E.
    template <class Ids> __device__ __forceinline__ int count(const Ids& id_of) const {
        const int num_local = arguments.localExperts.num_local;
        for (int i = threadIdx.x; i < num_local << log_warps; i += kSortThreads) memory.counts[i] = 0;
        __syncthreads();
        for (int slot = first; (slot & ~31) < end;) {
            int experts[4];  // four ids are on their way at once
#pragma unroll
            for (int i = 0; i < 4; ++i) experts[i] = slot + i * 32 < end ? local_expert(id_of(begin + slot + i * 32), arguments.localExperts) : -1;
#pragma unroll
            for (int i = 0; i < 4 && (slot & ~31) < end; ++i, slot += 32) {
                // Lanes of the same expert take consecutive rows; the lowest of them counts for all.
                const unsigned peers = lanes_of_expert(experts[i]), below = peers & ((1u << threadIdx.x % 32) - 1u);
                const int before = experts[i] >= 0 ? counts()[experts[i]] : 0;
                __syncwarp();
                if (experts[i] >= 0 && below == 0) counts()[experts[i]] = before + __popc(peers);
                __syncwarp();
                if (slot < end) memory.counted[slot] = (before + __popc(below)) << 16 | (experts[i] & 0xffff);
            }
        }
        __syncthreads();
        return static_cast<int>(threadIdx.x) < num_local ? sum_before(memory.counts + threadIdx.x, num_local, 1 << log_warps) : 0;
    }

    // Writes the slots to their rows; first_rows are known.
    __device__ __forceinline__ void place() const {
        for (int slot = first; slot < end; slot += 32) {
            const unsigned counted = memory.counted[slot], expert = counted & 0xffffu;
            if (expert == 0xffffu) continue;
            const int row = memory.first_rows[expert] + counts()[expert] + static_cast<int>(counted >> 16);
            arguments.sortedSlots[row] = begin + slot;
#ifdef MOE_SORTED_OUTPUT
            if (arguments.slotRows) arguments.slotRows[begin + slot] = row;
#endif
        }
    }
};

// The whole sort in one block.
template <class Ids> __device__ __forceinline__ void sort_slots(SortMemory& memory, const RouteArguments& arguments, const Ids& id_of) {
    const ChunkSort sort(memory, arguments, 0);
    memory.first_rows[threadIdx.x] = write_offsets(arguments, sort.count(id_of), memory.warp_sums);
    __syncthreads();
    sort.place();
}
