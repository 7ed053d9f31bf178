#pragma once
#include "../config/config.cuh"
#include "stream_rows.cuh"
#ifdef MOE_SATURATED
#include "../quantize/saturate.cuh"
#endif
// GEMM1 with its activation for few slots: routing inside, no launch before it.

struct DecodeGemm1Arguments {
    const Operand* input;             // [T, H]
#ifdef MOE_CODES
    const unsigned char* fc1ExpertWeights;  // codes of [E, 2I, H] gated, [E, I, H] plain
#else
    const Operand* fc1ExpertWeights;  // [E, 2I, H] gated, [E, I, H] plain
#endif
    Element* activated;               // [T * K, I] in slot order; rows of valid experts are written
    const int* tokenSelectedExperts;  // [T * K]; ids without a local expert are dropped
    LocalExperts localExperts;        // from ids to experts 0..E-1
    const Element* fc1ExpertBiases;   // [E, 2I] gated, [E, I] plain, in fc1's row order; null means none
    const float* swigluAlpha;         // [E]; null means the configuration's constant, as for the next two
    const float* swigluBeta;          // [E]
    const float* swigluLimit;         // [E]
    int numSlots;                     // T * K, at most kDecodeSlots
    int topK;                         // K
    int hiddenSize;                   // H, a multiple of 8
    int intermediateSize;             // I, a multiple of 8
    int gateRowOffset, gateRowStride; // fc1 row of output j: offset + j * stride
    int upRowOffset, upRowStride;     // the same for the up half of a gated pair
    const int* numTokensOnDevice;     // slots of tokens from this on are dropped; null means T
    const float* tokenInputScales;    // [T * K], where routing scales the input; null means 1
#ifdef MOE_CODES
    const unsigned char* fc2ExpertWeights;  // codes of [E, H, I]; their beginning is fetched into L2 for GEMM2
#else
    const Operand* fc2ExpertWeights;  // [E, H, I]; their beginning is fetched into L2 for GEMM2
#endif
    unsigned* arrivedBlocks;          // [ceil(H / 16)]; zeroed for GEMM2
    int gemm2Warps;                   // warps a block of GEMM2, a power of two; 0: nothing is fetched for it
    int reserved;
#ifdef MOE_SCALES
    const float* inputScales;         // [T], where activations are codes
    const WeightScale* fc1Scales;     // of each row of fc1, or of each group of it
    const unsigned char* fc1ZeroPoints;  // of each group, where there are any
#endif
};
#ifdef MOE_SCALES
static_assert(sizeof(DecodeGemm1Arguments) == 184, "the launcher passes this layout");
#else
static_assert(sizeof(DecodeGemm1Arguments) == 160, "the launcher passes this layout");
#endif

constexpr int kDecodeOutputs = kGated ? 8 : 16;  // a warp's 16 weight rows: gate and up of 8 outputs, or 16 outputs

// A group's rows by kDecodeOutputs outputs: the weight rows of this lane.
struct DecodeTask {
    int group, expert;
    int low_output, high_output;
    long long low_row, high_row;
    bool has_high;
};

// First of the tasks that a block takes, of tasks divided evenly among blocks.
__device__ __forceinline__ int block_share(unsigned tasks, unsigned block) {
    const unsigned whole = tasks / gridDim.x;
    return block * whole + min(block, tasks - whole * gridDim.x);
}

// Fetches into L2 what the warps of GEMM2 load first, so that memory is busy until they begin.
__device__ __forceinline__ void fetch_gemm2_weights(const SlotGroups& groups, const DecodeGemm1Arguments& arguments, int hidden, int depth) {
#ifdef MOE_CODES
    constexpr int kLines = kStreamDepth / 8 * (4 * kCodeWords) / 128;
#else
    constexpr int kLines = kStreamDepth * sizeof(Operand) / 128;
#endif
    const unsigned rounds = (depth + kStreamDepth - 1u) / kStreamDepth, lines = arguments.gemm2Warps * kLines;
    for (unsigned item = blockIdx.x * kDecodeThreads + threadIdx.x; item < hidden * lines; item += gridDim.x * kDecodeThreads) {
        const unsigned row = item / lines, line = item - row * lines;
        const unsigned round = warp_round(groups.count * rounds, line / kLines, arguments.gemm2Warps), group = round / rounds;
#ifdef MOE_CODES
        const int begin = ((round - group * rounds) * kLines + line % kLines) * 128;
        if (begin < code_row_bytes(depth))
            fetch_into_l2(arguments.fc2ExpertWeights + (static_cast<long long>(groups.experts[group]) * hidden + row) * code_row_bytes(depth) + begin);
#else
        const int begin = (round - group * rounds) * kStreamDepth + line % kLines * static_cast<int>(128 / sizeof(Operand));
        if (begin < depth)
            fetch_into_l2(arguments.fc2ExpertWeights + (static_cast<long long>(groups.experts[group]) * hidden + row) * depth + begin);
#endif
    }
}

// Bias, activation and rounding of a task's sums over the whole depth.
__device__ __forceinline__ void finish_task(
    const DecodeGemm1Arguments& arguments, const SlotGroups& groups, const DecodeTask& task, const StreamSums& sums, int intermediate, int top_k) {
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

extern "C" __global__ void __launch_bounds__(kDecodeThreads, 2) moe_decode_gemm1(const __grid_constant__ DecodeGemm1Arguments arguments) {
    __shared__ SlotGroups groups;
    __shared__ Sum part_sums[kDecodeWarps][kGroupFragments * 4][32];
    const int hidden = kHiddenSize ? kHiddenSize : arguments.hiddenSize;
    const int intermediate = kIntermediateSize ? kIntermediateSize : arguments.intermediateSize;
#ifdef MOE_INT8
    const int depth = row_codes(hidden), gemm2_depth = row_codes(intermediate);
#else
    const int depth = hidden, gemm2_depth = intermediate;
#endif
    const int top_k = kTopK ? kTopK : arguments.topK, num_slots = arguments.numSlots;
    group_slots(groups, arguments.tokenSelectedExperts, arguments.localExperts, num_slots, present_slots(arguments.numTokensOnDevice, num_slots, top_k));
    if (blockIdx.x == 0)
        for (int i = threadIdx.x; i < (hidden + 15) / 16; i += blockDim.x) arguments.arrivedBlocks[i] = 0;
    const int column_tasks = (intermediate + kDecodeOutputs - 1) / kDecodeOutputs, tasks = groups.count * column_tasks;
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
    const int first_task = whole_tasks + block_share(tasks - whole_tasks, blockIdx.x);
    const int block_rounds = (whole_tasks + block_share(tasks - whole_tasks, blockIdx.x + 1) - first_task) * rounds;
    const int begin = warp_round(block_rounds, warp, kDecodeWarps), end = warp_round(block_rounds, warp + 1, kDecodeWarps);
    int whole_task = blockIdx.x * kDecodeWarps + warp;
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
                    groups, task.group, row_of, first * kStreamDepth, min(last * kStreamDepth, depth));
#else
#pragma unroll
        for (int i = 0; i < kGroupFragments * 4; ++i) sums[i / 4][i % 4] = 0;
        stream_rows(sums, arguments.fc1ExpertWeights + task.low_row * depth, task.has_high ? arguments.fc1ExpertWeights + task.high_row * depth : nullptr,
                    streamed_rows(groups, task.group, row_of), first * kStreamDepth, min(last * kStreamDepth, depth));
#endif
        if (first > 0) {
#pragma unroll
            for (int i = 0; i < kGroupFragments * 4; ++i) part_sums[warp][i][lane] = sums[i / 4][i % 4];
        } else if (last == rounds) {
            finish_task(arguments, groups, task, sums, intermediate, top_k);
        }
    }
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
    fetch_gemm2_weights(groups, arguments, hidden, gemm2_depth);
}
