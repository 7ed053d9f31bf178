#pragma once
#include "../primitives/memory.cuh"
// What 4-bit weights have in common: eight codes a word, element 2i in bits 4i, element 2i + 1 in bits 16 + 4i, and a scale of each
// kGroupSize elements along a row, as an element.

using WeightScale = Element;

constexpr int kCodeWords = 1;           // 32-bit words of eight codes
constexpr bool kHasGroups = true;       // whether scales go with the codes
constexpr unsigned kZeroCodes = 0u;     // any codes: their scale is 0

__device__ __forceinline__ constexpr int code_row_bytes(int columns) { return columns / 2; }

// Weight rows: of all experts, or from a row's column on.
struct WeightRows {
    const unsigned char* codes;
    const WeightScale* scales;
    const unsigned char* zero_points;
};

__device__ __forceinline__ WeightRows rows_at(const WeightRows& weights, long long row, int columns, int column) {
    const long long group = row * (columns / kGroupSize) + column / kGroupSize;
    return {weights.codes + row * code_row_bytes(columns) + column / 2, weights.scales + group, weights.zero_points + group};
}
