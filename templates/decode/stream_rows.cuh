#pragma once
#include "../config/config.cuh"
#include "../primitives/stream.cuh"
#include "slot_groups.cuh"
#ifdef MOE_CODES
#include "stream_codes.cuh"
#else
// Few rows: weights go from memory to the tensor cores by way of registers alone. A warp takes 16 weight rows as the m16 side
// of mma and up to kGroupSlots rows of activations as the n8 side.

constexpr int kGroupFragments = kGroupSlots / 8;  // n8 fragments
constexpr int kStreamUnroll = 6;                           // 64-byte steps whose weights are in flight at once: eight spill
constexpr int kStreamStep = 64 / sizeof(Operand);          // elements of depth a step
constexpr int kStreamDepth = kStreamStep * kStreamUnroll;  // elements of depth a round

using StreamSums = Sum[kGroupFragments][4];

// The activation rows that this lane brings: row lane / 4 of each fragment.
struct StreamedRows {
    const Operand* rows[kGroupFragments];
    int fragments;
};

// sums[n] += 16 weight rows x 8 activation rows over [begin, end) of the depth, in whole 16-byte vectors. This lane brings weight rows
// lane / 4 (`low`) and lane / 4 + 8 (`high`); null means zeros. Lane c = lane % 4 of each four owns bytes 16c..16c+15 of every
// 64: the depth is permuted inside mma, alike on both sides, so that one 16-byte load fills the operands of two instructions.
// `wait` comes between loads of weights and of the activations that they meet.
template <class Wait> __device__ __forceinline__ void stream_rows(
    StreamSums& sums, const Operand* low, const Operand* high, const StreamedRows& activations, int begin, int end, Wait wait) {
    const int lane_depth = threadIdx.x % 4 * (kStreamStep / 4);
    for (int round = begin; round < end; round += kStreamDepth) {
        Vector16 low_weights[kStreamUnroll], high_weights[kStreamUnroll];
#pragma unroll
        for (int step = 0; step < kStreamUnroll; ++step) {
            const int depth = round + step * kStreamStep + lane_depth;
            low_weights[step] = load_streamed(low + depth, low && depth < end);
            high_weights[step] = load_streamed(high + depth, high && depth < end);
        }
        wait();
#pragma unroll
        for (int fragment = 0; fragment < kGroupFragments; ++fragment) {
            if (fragment >= activations.fragments) break;
            const Operand* row = activations.rows[fragment];
            Vector16 values[kStreamUnroll] = {};
#pragma unroll
            for (int step = 0; step < kStreamUnroll; ++step) {
                const int depth = round + step * kStreamStep + lane_depth;
                if (row && depth < end) values[step] = *reinterpret_cast<const Vector16*>(row + depth);
            }
            __syncwarp();  // the compiler would put each load in front of its use, so that they wait one after the other
#pragma unroll
            for (int step = 0; step < kStreamUnroll; ++step) {
#pragma unroll
                for (int half = 0; half < 2; ++half) {
                    const unsigned weights[4] = {low_weights[step].words[2 * half], high_weights[step].words[2 * half],
                                                 low_weights[step].words[2 * half + 1], high_weights[step].words[2 * half + 1]};
                    mma(sums[fragment], weights, values[step].words[2 * half], values[step].words[2 * half + 1]);
                }
            }
        }
    }
}

// The rows of a group, which `row_of(slot)` finds.
template <class RowOf> __device__ __forceinline__ StreamedRows streamed_rows(const SlotGroups& groups, int group, RowOf row_of) {
    const int begin = groups.starts[group], count = groups.starts[group + 1] - begin;
    StreamedRows activations;
    activations.fragments = (count + 7) / 8;
#pragma unroll
    for (int fragment = 0; fragment < kGroupFragments; ++fragment) {
        const int entry = fragment * 8 + static_cast<int>(threadIdx.x) % 32 / 4;
        activations.rows[fragment] = entry < count ? row_of(groups.slots[begin + entry]) : nullptr;
    }
    return activations;
}
#endif
