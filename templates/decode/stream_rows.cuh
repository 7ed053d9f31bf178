#pragma once
#include "../config/config.cuh"
#include "../primitives/stream.cuh"
#include "slot_groups.cuh"
// Few rows: weights go from memory to the tensor cores by way of registers alone. A warp takes 16 weight rows as the m16 side
// of mma and up to kGroupSlots rows of activations as the n8 side.

constexpr int kGroupFragments = kGroupSlots / 8;  // n8 fragments
#ifdef MOE_CODES
constexpr int kStreamUnroll = 4;                           // 16-byte loads of each weight row that are in flight at once
constexpr int kStreamStep = 4 * 16 * 2 / kCodeWords;       // elements of depth a step: 16 bytes of codes of each lane of four
#else
constexpr int kStreamUnroll = 6;                           // 64-byte steps whose weights are in flight at once: eight spill
constexpr int kStreamStep = 64 / sizeof(Operand);          // elements of depth a step
#endif
constexpr int kStreamDepth = kStreamStep * kStreamUnroll;  // elements of depth a round

using StreamSums = Sum[kGroupFragments][4];

// The activation rows that this lane brings: row lane / 4 of each fragment; null beyond the group's slots.
struct StreamedRows {
    const Operand* rows[kGroupFragments];
    int fragments;
};

#ifdef MOE_CODES
// sums[n] += 16 weight rows x 8 activation rows over [begin, end) of the depth. This lane brings weight rows lane / 4 (`low`) and
// lane / 4 + 8 (`high`); below 0 means zeros. Lane c = lane % 4 of each four owns 16 bytes of codes of every step, which become
// elements eight at a time: the depth is permuted inside mma, alike on both sides.
__device__ __forceinline__ void stream_rows(
    StreamSums& sums, const WeightRows& weights, long long low, long long high, int columns, const StreamedRows& activations, int begin, int end) {
    constexpr int kLaneCodes = kStreamStep / 4;
    const int lane_depth = threadIdx.x % 4 * kLaneCodes;
    auto load = [&](long long row, int depth) {
        return load_streamed(weights.codes + row * code_row_bytes(columns) + depth / 8 * (4 * kCodeWords), row >= 0 && depth < end);
    };
    for (int round = begin; round < end; round += kStreamDepth) {
        Vector16 low_codes[kStreamUnroll], high_codes[kStreamUnroll];
        GroupScale low_scales[kStreamUnroll], high_scales[kStreamUnroll];
#pragma unroll
        for (int step = 0; step < kStreamUnroll; ++step) {
            const int depth = round + step * kStreamStep + lane_depth;
            low_codes[step] = load(low, depth);
            high_codes[step] = load(high, depth);
            low_scales[step] = group_scale(weights.scales, weights.zero_points, low, columns, depth, low >= 0 && depth < end);
            high_scales[step] = group_scale(weights.scales, weights.zero_points, high, columns, depth, high >= 0 && depth < end);
        }
#pragma unroll
        for (int step = 0; step < kStreamUnroll; ++step) {
#pragma unroll
            for (int part = 0; part < kLaneCodes / 8; ++part) {
                const int depth = round + step * kStreamStep + lane_depth + part * 8;
                const Vector16 low_weights = decode_codes(low_codes[step].words + part * kCodeWords, low_scales[step]);
                const Vector16 high_weights = decode_codes(high_codes[step].words + part * kCodeWords, high_scales[step]);
#pragma unroll
                for (int fragment = 0; fragment < kGroupFragments; ++fragment) {
                    if (fragment >= activations.fragments) break;
                    Vector16 values = {};
                    if (activations.rows[fragment] && depth < end) values = *reinterpret_cast<const Vector16*>(activations.rows[fragment] + depth);
#pragma unroll
                    for (int half = 0; half < 2; ++half) {
                        const unsigned fragments[4] = {low_weights.words[2 * half], high_weights.words[2 * half],
                                                       low_weights.words[2 * half + 1], high_weights.words[2 * half + 1]};
                        mma(sums[fragment], fragments, values.words[2 * half], values.words[2 * half + 1]);
                    }
                }
            }
        }
    }
}
#else
// sums[n] += 16 weight rows x 8 activation rows over [begin, end) of the depth, in whole 16-byte vectors. This lane brings weight rows
// lane / 4 (`low`) and lane / 4 + 8 (`high`); null means zeros. Lane c = lane % 4 of each four owns bytes 16c..16c+15 of every
// 64: the depth is permuted inside mma, alike on both sides, so that one 16-byte load fills the operands of two instructions.
__device__ __forceinline__ void stream_rows(
    StreamSums& sums, const Operand* low, const Operand* high, const StreamedRows& activations, int begin, int end) {
    const int lane_depth = threadIdx.x % 4 * (kStreamStep / 4);
    for (int round = begin; round < end; round += kStreamDepth) {
        Vector16 low_weights[kStreamUnroll], high_weights[kStreamUnroll];
#pragma unroll
        for (int step = 0; step < kStreamUnroll; ++step) {
            const int depth = round + step * kStreamStep + lane_depth;
            low_weights[step] = load_streamed(low + depth, low && depth < end);
            high_weights[step] = load_streamed(high + depth, high && depth < end);
        }
#pragma unroll
        for (int fragment = 0; fragment < kGroupFragments; ++fragment) {
            if (fragment >= activations.fragments) break;
            const Operand* row = activations.rows[fragment];
#pragma unroll
            for (int step = 0; step < kStreamUnroll; ++step) {
                const int depth = round + step * kStreamStep + lane_depth;
                Vector16 values = {};
                if (row && depth < end) values = *reinterpret_cast<const Vector16*>(row + depth);
#pragma unroll
                for (int half = 0; half < 2; ++half) {
                    const unsigned weights[4] = {low_weights[step].words[2 * half], high_weights[step].words[2 * half],
                                                 low_weights[step].words[2 * half + 1], high_weights[step].words[2 * half + 1]};
                    mma(sums[fragment], weights, values.words[2 * half], values.words[2 * half + 1]);
                }
            }
        }
    }
}
#endif

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
