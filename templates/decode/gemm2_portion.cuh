#pragma once
#include "../config/config.cuh"
#include "../primitives/relaxed.cuh"
#include "stream_rows.cuh"
// GEMM2 and the reduction over K for few slots, divided into as many portions as the grid has blocks: tile by tile of 16 columns, for each the
// depths of all groups end to end. What a portion has of a tile that ends in a later one it passes on.

constexpr int kSharedTileTokens = 16;  // tokens of a call whose tiles portions may share, at most
constexpr int kPartsAtOnce = 4;        // parts of a sum that are loaded before the first is waited for
constexpr unsigned kNoPart = 0;        // the word where no part has come yet: a part of +0 comes as -0

// Rows of sums that a portion computes at a time: one for each slot and tile. A warp's lie kGroupSlots further for each warp before it: warps
// have groups one after the other, so that no two meet.
#ifdef MOE_CODES
constexpr int kTileRows = kDecodeSlots;      // beside the rings of two blocks in the 164 KB of compute capability 8.0
#else
constexpr int kTileRows = 3 * kDecodeSlots;
#endif
constexpr int kSumRows = kTileRows + (kDecodeWarps - 1) * kGroupSlots;

struct DecodeMemory {
    SlotGroups groups;
    unsigned first_rounds[kDecodeWarps + 1];  // of each warp, of all tiles' rounds end to end
    unsigned first_tile, first_sharer;        // the tile of the first round, and the portion that has the tile's first
    short value_rows[kDecodeSlots];           // where in `values` a slot's are, -1 where it has none
    float final_scales[kDecodeSlots];         // of each slot
    union {
        Sum part_sums[kDecodeWarps][kGroupFragments * 4][32];  // of GEMM1
        Sum sums[kSumRows * kDecodeColumns];
        float values[kSumRows * kDecodeColumns];               // of the slots, in place of their first sums
    };
};

// By two warps that have nothing else to do while a third groups the slots, so that nothing waits for it in the end.
template <class Arguments> __device__ __forceinline__ void load_final_scales(const Arguments& arguments, DecodeMemory& memory) {
    const int slot = static_cast<int>(threadIdx.x) - 64;
    if (slot >= 0 && slot < arguments.numSlots) memory.final_scales[slot] = arguments.tokenFinalScales ? arguments.tokenFinalScales[slot] : 1.0f;
}

struct Gemm2Rounds {
    unsigned of_group, of_tile, tiles;  // rounds of kStreamDepth
    bool shares_tiles;                  // whether portions begin and end within tiles
    __device__ __forceinline__ unsigned first_of(unsigned portion) const {
        return shares_tiles ? first_of_portion(tiles * of_tile, portion) : first_of_portion(tiles, portion) * of_tile;
    }
};

// memory.sums = products over the rounds [begin, end) of a portion. `wait` comes before the first activation is loaded.
template <class Arguments, class Wait> __device__ __forceinline__ void multiply_rounds(
    const Arguments& arguments, DecodeMemory& memory, const Gemm2Rounds& rounds, unsigned portion, unsigned begin, unsigned end, int hidden, int depth, Wait wait) {
    const SlotGroups& groups = memory.groups;
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    unsigned round = begin + warp_round(end - begin, warp, kDecodeWarps);
    const unsigned last = groups.count ? begin + warp_round(end - begin, warp + 1, kDecodeWarps) : round, first_tile = begin / rounds.of_tile;
    if (lane == 0) memory.first_rounds[warp] = round;
    if (threadIdx.x == kDecodeThreads - 1) {
        memory.first_rounds[kDecodeWarps] = end;
        memory.first_tile = first_tile;
        while (rounds.first_of(portion) > first_tile * rounds.of_tile) --portion;
        memory.first_sharer = portion;
    }
    while (round < last) {
        const unsigned tile = round / rounds.of_tile, group = (round - tile * rounds.of_tile) / rounds.of_group;
        const int first = round - tile * rounds.of_tile - group * rounds.of_group, count = min(rounds.of_group - first, last - round);
        const int column = tile * kDecodeColumns;
        const long long row = static_cast<long long>(groups.experts[group]) * hidden + column + lane / 4;
        const auto row_of = [&](int slot) { return arguments.activated + static_cast<long long>(slot) * depth; };
        StreamSums sums = {};
#ifdef MOE_CODES
        stream_rows(sums, dynamic_shared_memory() + warp * kStreamBytes,
                    {{arguments.fc2ExpertWeights, arguments.fc2Scales, arguments.fc2ZeroPoints}, row, column + 8 < hidden ? row + 8 : row, depth},
                    groups, group, row_of, first * kStreamDepth, min((first + count) * kStreamDepth, depth), wait);
#else
        const Operand* weights = arguments.fc2ExpertWeights + row * depth;
        stream_rows(sums, weights, column + 8 < hidden ? weights + 8LL * depth : nullptr, streamed_rows(groups, group, row_of),
                    first * kStreamDepth, min((first + count) * kStreamDepth, depth), wait);
#endif
        Sum* own_sums = memory.sums + ((tile - first_tile) * arguments.numSlots + warp * kGroupSlots) * kDecodeColumns + lane / 4;
#pragma unroll
        for (int i = 0; i < kGroupFragments * 2; ++i) {
            const int entry = groups.starts[group] + i / 2 * 8 + lane % 4 * 2 + i % 2;
            if (entry >= groups.starts[group + 1]) continue;
            own_sums[entry * kDecodeColumns] = sums[i / 2][i % 2];
            own_sums[entry * kDecodeColumns + 8] = sums[i / 2][2 + i % 2];
        }
        round += count;
    }
    wait();
    __syncthreads();
}

// memory.values = what a portion has of a tile's slots in its column number i, scaled; with the bias where a slot's last round is among its.
template <class Arguments> __device__ __forceinline__ void add_warps(
    const Arguments& arguments, DecodeMemory& memory, const Gemm2Rounds& rounds, unsigned tile, int slot, int i, int hidden) {
    const int expert = memory.groups.slot_experts[slot], column = tile * kDecodeColumns + i;
    int value_row = -1;
    unsigned end = 0;  // of the rounds of the slot's group
    Sum products = 0;
    if (expert >= 0) {
        const unsigned first = tile * rounds.of_tile + memory.groups.slot_groups[slot] * rounds.of_group;
        const int slot_row = (tile - memory.first_tile) * arguments.numSlots + memory.groups.places[slot];
        end = first + rounds.of_group;
#pragma unroll
        for (int warp = kDecodeWarps - 1; warp >= 0; --warp) {
            if (max(memory.first_rounds[warp], first) >= min(memory.first_rounds[warp + 1], end)) continue;  // has none of them
            value_row = slot_row + warp * kGroupSlots;
            products += memory.sums[value_row * kDecodeColumns + i];
        }
    }
    if (i == 0) memory.value_rows[slot] = value_row;
    if (value_row < 0 || column >= hidden) return;
    const long long row = static_cast<long long>(expert) * hidden + column;
    float value = static_cast<float>(products);
#ifdef MOE_INT8
    value *= arguments.activatedScales[slot] * arguments.fc2Scales[row];
#endif
#ifdef MOE_INT8_WEIGHTS
    value *= arguments.fc2Scales[row];
#endif
    if (arguments.fc2ExpertBiases && memory.first_rounds[kDecodeWarps] >= end) value += unpack_low(arguments.fc2ExpertBiases[row].bits);
    memory.values[value_row * kDecodeColumns + i] = value * memory.final_scales[slot];
}

// The sum of what the portions from `first` on, whose tickets are lower, have passed on. Their words are zero again.
__device__ __forceinline__ float take_parts(unsigned* parts, int stride, unsigned first, unsigned portion) {
    float total = 0.0f;
    for (unsigned words[kPartsAtOnce]; first < portion; first += kPartsAtOnce) {
        const int count = min(portion - first, static_cast<unsigned>(kPartsAtOnce));
#pragma unroll
        for (int i = 0; i < kPartsAtOnce; ++i) words[i] = i < count ? load_relaxed(parts + (first + i) * stride) : kNoPart;
#pragma unroll
        for (int i = 0; i < kPartsAtOnce && i < count; ++i) {
            while (words[i] == kNoPart) words[i] = load_relaxed(parts + (first + i) * stride);
            store_relaxed(parts + (first + i) * stride, kNoPart);
            total += __uint_as_float(words[i]);
        }
    }
    return total;
}

// Outputs of the tiles that end in the rounds up to `end`, in a fixed order: the warps of a slot, the slots of a token, the portions.
template <class Arguments> __device__ __forceinline__ void reduce_rounds(
    const Arguments& arguments, DecodeMemory& memory, const Gemm2Rounds& rounds, unsigned portion, unsigned end, int hidden, int top_k) {
    const int num_values = arguments.numSlots * kDecodeColumns, num_outputs = num_values / top_k;
    const unsigned first_tile = memory.first_tile;
    // The last tile first: the next portion waits for what this one has of it.
    for (unsigned tile = (end + rounds.of_tile - 1) / rounds.of_tile; tile-- > first_tile;) {
        const bool ends_tile = end >= (tile + 1) * rounds.of_tile;
        for (int i = threadIdx.x; i < num_values; i += kDecodeThreads) add_warps(arguments, memory, rounds, tile, i / kDecodeColumns, i % kDecodeColumns, hidden);
        __syncthreads();
        for (int i = threadIdx.x; i < num_outputs; i += kDecodeThreads) {
            const int token = i / kDecodeColumns, column = tile * kDecodeColumns + i % kDecodeColumns;
            if (column >= hidden) continue;
            float total = 0.0f;
            for (int slot = token * top_k; slot < (token + 1) * top_k; ++slot)
                if (memory.value_rows[slot] >= 0) total += memory.values[memory.value_rows[slot] * kDecodeColumns + i % kDecodeColumns];
            if (ends_tile) {
                if (tile == first_tile) total += take_parts(arguments.partSums + i, num_outputs, memory.first_sharer, portion);
                arguments.output[static_cast<long long>(token) * hidden + column].bits = static_cast<unsigned short>(pack_elements(total, 0.0f));
            } else {
                store_relaxed(arguments.partSums + portion * num_outputs + i, total == 0.0f ? __float_as_uint(-0.0f) : __float_as_uint(total));
            }
        }
        __syncthreads();
    }
}

// A block's portion; all threads call it together. Each warp calls `wait` before it loads its first activation, and later.
template <class Arguments, class Wait> __device__ __forceinline__ void decode_gemm2(
    const Arguments& arguments, DecodeMemory& memory, unsigned portion, int hidden, int depth, int top_k, Wait wait) {
    Gemm2Rounds rounds;
    rounds.of_group = (depth + kStreamDepth - 1) / kStreamDepth;
    rounds.of_tile = max(memory.groups.count, 1) * rounds.of_group;
    rounds.tiles = (hidden + kDecodeColumns - 1) / kDecodeColumns;
    // A portion's tiles, and one more of which it has the rest, fit the sums.
    rounds.shares_tiles = arguments.numSlots <= kSharedTileTokens * top_k && ((rounds.tiles + gridDim.x - 1) / gridDim.x + 1) * arguments.numSlots <= kTileRows;
    unsigned begin = rounds.first_of(portion);
    const unsigned last = rounds.first_of(portion + 1);
    do {
        const unsigned end = rounds.shares_tiles ? last : min(last, begin + kTileRows / arguments.numSlots * rounds.of_tile);
        multiply_rounds(arguments, memory, rounds, portion, begin, end, hidden, depth, wait);
        reduce_rounds(arguments, memory, rounds, portion, end, hidden, top_k);
        begin = end;
    } while (begin < last);
}
