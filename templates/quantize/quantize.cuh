#pragma once
#include "quantize_row.cuh"
// The operands of both GEMMs as codes: tokens before GEMM1, activated rows between the two.

constexpr int kHeldVectors = 8;                           // of 8 values that a thread reads once: rows of up to 16,384 columns
constexpr int kWarpColumns = 32 * 8 * kHeldVectors;       // columns that a warp holds
constexpr int kWarpRows = kQuantizeThreads / 32;          // rows of a warp each a block
constexpr int kManyRows = 1024;                           // enough to keep all multiprocessors busy with a warp a row

__device__ __forceinline__ long long num_rows(const QuantizeArguments& arguments) { return static_cast<long long>(arguments.numTokens) * arguments.rowsPerToken; }

// Many short rows are a warp's each, which needs no barrier; the launcher decides alike.
__device__ __forceinline__ bool has_warp_rows(const QuantizeArguments& arguments) {
    return arguments.columns <= kWarpColumns && num_rows(arguments) >= kManyRows;
}

__device__ __forceinline__ long long row_of_thread(const QuantizeArguments& arguments) {
    return has_warp_rows(arguments) ? static_cast<long long>(blockIdx.x) * kWarpRows + threadIdx.x / 32 : static_cast<long long>(blockIdx.x);
}

template <int kWarps>
__device__ __forceinline__ void quantize_any_row(const QuantizeArguments& arguments, long long row, bool valid, float calibrated, unsigned (&warp_values)[kWarps]) {
    if (has_warp_rows(arguments)) quantize_row<kHeldVectors, 32>(arguments, row, valid, calibrated, warp_values);
    else quantize_row<kHeldVectors, kQuantizeThreads>(arguments, row, valid, calibrated, warp_values);
}

extern "C" __global__ void __launch_bounds__(kQuantizeThreads) moe_quantize_input(const __grid_constant__ QuantizeArguments arguments) {
    __shared__ unsigned warp_values[kQuantizeThreads / 32];
    const long long token = row_of_thread(arguments);
    quantize_any_row(arguments, token, token < valid_tokens(arguments.numTokensOnDevice, arguments.numTokens), arguments.calibrated ? arguments.calibrated[0] : 0.0f, warp_values);
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
    const long long row = row_of_thread(arguments);
    int expert = -1;
    if (row >= num_rows(arguments)) {
        // The last block may have more warps than rows.
    } else if (arguments.expertOffsets) {
        // Which expert's row it is matters where scales are calibrated.
        if (row < arguments.expertOffsets[arguments.numExperts]) expert = arguments.calibrated ? expert_of_sorted_row(arguments, row) : 0;
    } else if (row / arguments.rowsPerToken < valid_tokens(arguments.numTokensOnDevice, arguments.numTokens)) {
        expert = local_expert(arguments.tokenSelectedExperts[row], arguments.localExperts);
    }
    quantize_any_row(arguments, row, expert >= 0, arguments.calibrated && expert >= 0 ? arguments.calibrated[expert] : 0.0f, warp_values);
}
