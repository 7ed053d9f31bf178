#pragma once
#include "../config/config.cuh"
#include "../primitives/stream.cuh"
#include "slot_groups.cuh"
// Few rows: weights go from memory to the tensor cores by way of registers alone. A warp takes 16 weight rows as the m16 side
// of mma and up to kGroupSlots rows of activations as the n8 side.

constexpr int kGroupFragments = kGroupSlots / 8;  // n8 fragments
#ifdef MOE_CODES
constexpr int kStreamUnroll = 4;                           // 16-byte loads of each weight row that are in flight at once
constexpr int kLaneCodes = 32 / kCodeWords;                // codes in 16 bytes
constexpr int kStreamStep = 4 * kLaneCodes;                // elements of depth a step: 16 bytes of codes of each lane of four
#else
constexpr int kStreamUnroll = 6;                           // 64-byte steps whose weights are in flight at once: eight spill
constexpr int kStreamStep = 64 / sizeof(Operand);          // elements of depth a step
#endif
constexpr int kStreamDepth = kStreamStep * kStreamUnroll;  // elements of depth a round

using StreamSums = Sum[kGroupFragments][4];

// The activation rows that this lane brings: row lane / 4 of each fragment.
struct StreamedRows {
    const Operand* rows[kGroupFragments];
    int fragments;
};

#ifdef MOE_CODES
// sums[n] += 16 weight rows x 8 activation rows over [begin, end) of the depth. This lane brings weight rows lane / 4 (`low`) and
// lane / 4 + 8 (`high`). Lane c = lane % 4 of each four owns 16 bytes of codes of every step, which become elements eight at a
// time: the depth is permuted inside mma, alike on both sides. A step's codes are fetched where the step a round before it ends.
template <int kFragments>
__device__ __forceinline__ void stream_fragments(
    StreamSums& sums, WeightRows low, WeightRows high, const StreamedRows& activations, int lane_depth, int begin, int end) {
    constexpr int kSteps = kFragments == 1 ? kStreamUnroll : kStreamUnroll - 1;  // whose codes are in flight at once; one more spills beside two fragments
    constexpr int kParts = kLaneCodes / 8, kStepBytes = kStreamStep / 8 * (4 * kCodeWords), kStepGroups = kStreamStep / kGroupSize;
    constexpr bool kWholeLanes = kCodeWords == 1;  // groups are whole in a lane, and so the depth is
    Vector16 low_codes[kSteps], high_codes[kSteps];
    GroupScale low_scales[kSteps], high_scales[kSteps];
    auto fetch = [&](int step, bool valid) {
        low_codes[step] = load_streamed(low.codes + step * kStepBytes, valid);
        high_codes[step] = load_streamed(high.codes + step * kStepBytes, valid);
        low_scales[step] = group_scale(low, step * kStepGroups, valid);
        high_scales[step] = group_scale(high, step * kStepGroups, valid);
    };
    int depth = begin + lane_depth;
#pragma unroll
    for (int step = 0; step < kSteps; ++step) fetch(step, depth + step * kStreamStep < end);
    for (; depth - lane_depth < end; depth += kSteps * kStreamStep) {
        low = {low.codes + kSteps * kStepBytes, low.scales + kSteps * kStepGroups, low.zero_points + kSteps * kStepGroups};
        high = {high.codes + kSteps * kStepBytes, high.scales + kSteps * kStepGroups, high.zero_points + kSteps * kStepGroups};
#pragma unroll
        for (int step = 0; step < kSteps; ++step) {
            if (depth - lane_depth + step * kStreamStep >= end) break;
            // Beyond the end codes are zeros, so that any activations of the row do.
            const int step_depth = depth + step * kStreamStep, first = step_depth < end ? step_depth : begin;
#pragma unroll
            for (int part = 0; part < kParts; ++part) {
                const int column = first + (kWholeLanes || step_depth + part * 8 < end ? part * 8 : 0);
                const Vector16 low_weights = decode_codes(low_codes[step].words + part * kCodeWords, low_scales[step]);
                const Vector16 high_weights = decode_codes(high_codes[step].words + part * kCodeWords, high_scales[step]);
#pragma unroll
                for (int fragment = 0; fragment < kFragments; ++fragment) {
                    const Vector16 values = *reinterpret_cast<const Vector16*>(activations.rows[fragment] + column);
#pragma unroll
                    for (int half = 0; half < 2; ++half) {
                        const unsigned fragments[4] = {low_weights.words[2 * half], high_weights.words[2 * half],
                                                       low_weights.words[2 * half + 1], high_weights.words[2 * half + 1]};
                        mma(sums[fragment], fragments, values.words[2 * half], values.words[2 * half + 1]);
                    }
                }
            }
            fetch(step, step_depth + kSteps * kStreamStep < end);
        }
    }
}

__device__ __forceinline__ void stream_rows(
    StreamSums& sums, const WeightRows& weights, long long low, long long high, int columns, const StreamedRows& activations, int begin, int end) {
    static_assert(kGroupFragments == 2, "one or all");
    const int lane_depth = threadIdx.x % 4 * kLaneCodes;
    const WeightRows low_row = rows_at(weights, low, columns, begin + lane_depth), high_row = rows_at(weights, high, columns, begin + lane_depth);
    if (activations.fragments == 1) stream_fragments<1>(sums, low_row, high_row, activations, lane_depth, begin, end);
    else stream_fragments<kGroupFragments>(sums, low_row, high_row, activations, lane_depth, begin, end);
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
#endif

// The rows of a group, which `row_of(slot)` finds.
template <class RowOf> __device__ __forceinline__ StreamedRows streamed_rows(const SlotGroups& groups, int group, RowOf row_of) {
    const int begin = groups.starts[group], count = groups.starts[group + 1] - begin;
    StreamedRows activations;
    activations.fragments = (count + 7) / 8;
#pragma unroll
    for (int fragment = 0; fragment < kGroupFragments; ++fragment) {
        const int entry = fragment * 8 + static_cast<int>(threadIdx.x) % 32 / 4;
#ifdef MOE_CODES
        activations.rows[fragment] = row_of(groups.slots[begin + min(entry, count - 1)]);  // what becomes of those beyond is left out
#else
        activations.rows[fragment] = entry < count ? row_of(groups.slots[begin + entry]) : nullptr;
#endif
    }
    return activations;
}
