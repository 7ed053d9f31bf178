#pragma once
#include "quantize_row.cuh"
// The operands of both GEMMs as codes: tokens before GEMM1, activated rows between the two.

constexpr int kHeldVectors = 8;  // of 8 values that a thread reads once: rows of up to 16,384 columns

extern "C" __global__ void __launch_bounds__(kQuantizeThreads) moe_quantize_input(const __grid_constant__ QuantizeArguments arguments) {
    __shared__ unsigned warp_values[kQuantizeThreads / 32];
    const long long token = blockIdx.x;
    quantize_row<kHeldVectors>(arguments, token, token < valid_tokens(arguments.numTokensOnDevice, arguments.numTokens), arguments.calibrated ? arguments.calibrated[0] : 0.0f, warp_values);
}

// The expert of a sorted row is the last one that starts at or before it.
__device__ __forceinline__ int expert_of_sorted_row(const QuantizeArguments& arguments, long long row) {
    int expert = 0;
    for (int high = arguments.numExperts - 1; expert < high;) {
        const int middle = (expert + high + 1) / 2;
        if (arguments.expertOffsets[middle] <= row) expert = middle; else high = middle - 1;
    }
    return expert;
}

extern "C" __global__ void __launch_bounds__(kQuantizeThreads) moe_quantize_activated(const __grid_constant__ QuantizeArguments arguments) {
    __shared__ unsigned warp_values[kQuantizeThreads / 32];
    const long long row = blockIdx.x;
    int expert = -1;
    if (arguments.expertOffsets) {
        // Which expert's row it is matters where scales are calibrated.
        if (row < arguments.expertOffsets[arguments.numExperts]) expert = arguments.calibrated ? expert_of_sorted_row(arguments, row) : 0;
    } else if (row / arguments.rowsPerToken < valid_tokens(arguments.numTokensOnDevice, arguments.numTokens)) {
        expert = local_expert(arguments.tokenSelectedExperts[row], arguments.localExperts);
    }
    quantize_row<kHeldVectors>(arguments, row, expert >= 0, arguments.calibrated && expert >= 0 ? arguments.calibrated[expert] : 0.0f, warp_values);
}
