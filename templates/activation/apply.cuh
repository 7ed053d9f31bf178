#pragma once
#include "../config/config.cuh"
#include "../primitives/memory.cuh"
// The activation as a kernel of its own, after a GEMM1 that writes fp32: bias, activation, rounding.

struct ApplyArguments {
    const float* products;           // [rows, 2I] gated, [rows, I] plain, columns in fc1's row order
    Element* activated;              // [rows, I]; written
    const Element* fc1ExpertBiases;  // [E, 2I] gated, [E, I] plain; null means none
    const float* swigluAlpha;        // [E]; null means the configuration's constant, as for the next two
    const float* swigluBeta;         // [E]
    const float* swigluLimit;        // [E]
    const int* expertOffsets;        // [E + 1]
    const float* tokenInputScales;   // [T * K], where routing scales the input; null means 1
    const int* sortedSlots;          // slot of each sorted row, for the scales
    int numExperts;                  // E
    int intermediateSize;            // I, a multiple of 8
    int gateRowOffset, gateRowStride;
    int upRowOffset, upRowStride;
};
static_assert(sizeof(ApplyArguments) == 96, "the launcher passes this layout");

constexpr int kApplyThreads = 256;  // threads a block; one block a row

extern "C" __global__ void __launch_bounds__(kApplyThreads) moe_apply_activation(const __grid_constant__ ApplyArguments arguments) {
    const long long row = blockIdx.x;
    if (row >= arguments.expertOffsets[arguments.numExperts]) return;
    const int intermediate = kIntermediateSize ? kIntermediateSize : arguments.intermediateSize;

    // The expert of a row is the last one that starts at or before it.
    int expert = 0;
    for (int high = arguments.numExperts - 1; expert < high;) {
        const int middle = (expert + high + 1) / 2;
        if (arguments.expertOffsets[middle] <= row) expert = middle; else high = middle - 1;
    }
    const ActivationParameters parameters =
        activation_parameters(arguments.swigluAlpha, arguments.swigluBeta, arguments.swigluLimit, expert);
    const int columns = kGated ? 2 * intermediate : intermediate;
    const float* products = arguments.products + row * columns;
    const Element* biases = arguments.fc1ExpertBiases ? arguments.fc1ExpertBiases + static_cast<long long>(expert) * columns : nullptr;
#ifdef MOE_INPUT_SCALES
    // fc1 is linear: a scale of its input is one of its sums, before the bias.
    const float scale = arguments.tokenInputScales ? arguments.tokenInputScales[arguments.sortedSlots[row]] : 1.0f;
    auto value = [&](int column) { return scale * products[column] + (biases ? unpack_low(biases[column].bits) : 0.0f); };
#else
    auto value = [&](int column) { return products[column] + (biases ? unpack_low(biases[column].bits) : 0.0f); };
#endif
    for (int output = threadIdx.x * 2; output < intermediate; output += kApplyThreads * 2) {
        float results[2];
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            const float gate = value(arguments.gateRowOffset + (output + i) * arguments.gateRowStride);
            const float up = kGated ? value(arguments.upRowOffset + (output + i) * arguments.upRowStride) : gate;
            results[i] = activate(gate, up, parameters);
        }
        *reinterpret_cast<unsigned*>(arguments.activated + row * intermediate + output) = pack_elements(results[0], results[1]);
    }
}
