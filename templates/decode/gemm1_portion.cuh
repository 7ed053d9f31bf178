#pragma once
#include "../config/config.cuh"
#include "stream_rows.cuh"
#ifdef MOE_SATURATED
#include "../quantize/saturate.cuh"
#endif
// GEMM1 with its activation for few slots, divided into as many portions as the grid has blocks.

constexpr int kDecodeOutputs = kGated ? 8 : 16;  // a warp's 16 weight rows: gate and up of 8 outputs, or 16 outputs

// A group's rows by kDecodeOutputs outputs: the weight rows of this lane.
struct DecodeTask {
    int group, expert;
    int low_output, high_output;
    long long low_row, high_row;
    bool has_high;
};

// First of the tasks of a block's portion, of tasks divided evenly among the blocks of the grid.
__device__ __forceinline__ int first_of_portion(unsigned tasks, unsigned portion) {
    const unsigned whole = tasks / gridDim.x;
    return portion * whole + min(portion, tasks - whole * gridDim.x);
}

// Bias, activation and rounding of a task's sums over the whole depth.
template <class Arguments> __device__ __forceinline__ void finish_task(
    const Arguments& arguments, const SlotGroups& groups, const DecodeTask& task, const StreamSums& sums, int intermediate, int top_k) {
    const int lane = threadIdx.x % 32;
    const Element* biases = arguments.fc1ExpertBiases;
    const float low_bias = biases ? unpack_low(biases[task.low_row].bits) : 0.0f;
    const float high_bias = biases && task.has_high ? unpack_low(biases[task.high_row].bits) : 0.0f;
    const ActivationParameters parameters =
        activation_parameters(arguments.swigluAlpha, arguments.swigluBeta, arguments.swigluLimit, task.expert);
    auto store = [&](int slot, int output, float value) {
#ifdef MOE_SATURATED
        value = saturate(value);
#endif
        arguments.activated[static_cast<long long>(slot) * intermediate + output].bits = static_cast<unsigned short>(pack_elements(value, 0.0f));
    };
#pragma unroll
    for (int fragment = 0; fragment < kGroupFragments; ++fragment) {
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            // This lane holds weight rows lane / 4 and lane / 4 + 8 of slots 2 (lane % 4) and the next.
            const int entry = groups.starts[task.group] + fragment * 8 + lane % 4 * 2 + i;
            if (entry >= groups.starts[task.group + 1]) continue;
            const int slot = groups.slots[entry];
            float low = static_cast<float>(sums[fragment][i]), high = static_cast<float>(sums[fragment][2 + i]);
#ifdef MOE_INT8
            low *= arguments.inputScales[token_of(slot, top_k)] * arguments.fc1Scales[task.low_row];
            high *= arguments.inputScales[token_of(slot, top_k)] * (task.has_high ? arguments.fc1Scales[task.high_row] : 0.0f);
#endif
#ifdef MOE_INT8_WEIGHTS
            low *= arguments.fc1Scales[task.low_row];
            high *= task.has_high ? arguments.fc1Scales[task.high_row] : 0.0f;
#endif
#ifdef MOE_INPUT_SCALES
            const float input_scale = arguments.tokenInputScales ? arguments.tokenInputScales[slot] : 1.0f;
            low *= input_scale;
            high *= input_scale;
#endif
            low += low_bias;
            high += high_bias;
            store(slot, task.low_output, activate(low, kGated ? high : low, parameters));
            if (!kGated && task.has_high) store(slot, task.high_output, activate(high, high, parameters));
        }
    }
}

// Sums of the parts of tasks that several warps share.
using PartSums = Sum[kDecodeWarps][kGroupFragments * 4][32];

// A block's portion; all threads call it together. Each warp calls `streamed` when it has multiplied its first rows, or has none, and later.
template <class Arguments, class Streamed> __device__ __forceinline__ void decode_gemm1(
    const Arguments& arguments, const SlotGroups& groups, PartSums& part_sums, unsigned portion, int depth, int intermediate, int top_k, Streamed streamed) {
    const int column_tasks = (intermediate + kDecodeOutputs - 8) / kDecodeOutputs, tasks = groups.count * column_tasks;
    const int rounds = (depth + kStreamDepth - 1) / kStreamDepth, lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const auto task_at = [&](int index) {
        DecodeTask task;
        task.group = static_cast<unsigned>(index) / static_cast<unsigned>(column_tasks);
        task.expert = groups.experts[task.group];
        task.low_output = (index - task.group * column_tasks) * kDecodeOutputs + lane / 4;
        task.high_output = kGated ? task.low_output : task.low_output + 8;
        const long long first_row = static_cast<long long>(task.expert) * (kGated ? 2 * intermediate : intermediate);
        task.low_row = first_row + arguments.gateRowOffset + task.low_output * arguments.gateRowStride;
        task.high_row = first_row
            + (kGated ? arguments.upRowOffset + task.high_output * arguments.upRowStride : arguments.gateRowOffset + task.high_output * arguments.gateRowStride);
        task.has_high = task.high_output < intermediate;
        return task;
    };
    const auto row_of = [&](int slot) { return arguments.input + static_cast<long long>(token_of(slot, top_k)) * depth; };
    StreamSums sums;

    // Whole tasks, neighbouring warps neighbouring rows, as long as all warps of the grid have one. The depths of a block's share of the
    // rest, laid end to end in rounds, are divided evenly among its warps; who has the beginning of a task that goes on in the next warps
    // finishes it.
    const int all_warps = gridDim.x * kDecodeWarps, whole_tasks = tasks - static_cast<unsigned>(tasks) % static_cast<unsigned>(all_warps);
    const int first_task = whole_tasks + first_of_portion(tasks - whole_tasks, portion);
    const int block_rounds = (whole_tasks + first_of_portion(tasks - whole_tasks, portion + 1) - first_task) * rounds;
    const int begin = warp_round(block_rounds, warp, kDecodeWarps), end = warp_round(block_rounds, warp + 1, kDecodeWarps);
    int whole_task = portion * kDecodeWarps + warp;
    for (int round = begin; whole_task < whole_tasks || round < end;) {
        int index = whole_task, first = 0, last = rounds;
        if (whole_task < whole_tasks) {
            whole_task += all_warps;
        } else {
            index = static_cast<unsigned>(round) / static_cast<unsigned>(rounds);
            first = round - index * rounds;
            last = min(rounds, first + end - round);
            index += first_task;
            round += last - first;
        }
        const DecodeTask task = task_at(index);
#ifdef MOE_CODES
        stream_rows(sums, dynamic_shared_memory() + warp * kStreamBytes,
                    {{arguments.fc1ExpertWeights, arguments.fc1Scales, arguments.fc1ZeroPoints}, task.low_row, task.has_high ? task.high_row : task.low_row, depth},
                    groups, task.group, row_of, first * kStreamDepth, min(last * kStreamDepth, depth), [] {});
#else
#pragma unroll
        for (int i = 0; i < kGroupFragments * 4; ++i) sums[i / 4][i % 4] = 0;
        stream_rows(sums, arguments.fc1ExpertWeights + task.low_row * depth, task.has_high ? arguments.fc1ExpertWeights + task.high_row * depth : nullptr,
                    streamed_rows(groups, task.group, row_of), first * kStreamDepth, min(last * kStreamDepth, depth), [] {});
#endif
        streamed();
        if (first > 0) {
#pragma unroll
            for (int i = 0; i < kGroupFragments * 4; ++i) part_sums[warp][i][lane] = sums[i / 4][i % 4];
        } else if (last == rounds) {
            finish_task(arguments, groups, task, sums, intermediate, top_k);
        }
    }
    streamed();
    __syncthreads();
    const int open = end / rounds;
    if (open * rounds >= begin && open * rounds < end) {
        for (int other = warp + 1, done = end; done < (open + 1) * rounds; ++other) {
            const int other_end = warp_round(block_rounds, other + 1, kDecodeWarps);
            if (other_end == done) continue;
#pragma unroll
            for (int i = 0; i < kGroupFragments * 4; ++i) sums[i / 4][i % 4] += part_sums[other][i][lane];
            done = other_end;
        }
        finish_task(arguments, groups, task_at(first_task + open), sums, intermediate, top_k);
    }
}
