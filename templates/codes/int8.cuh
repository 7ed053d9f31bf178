#pragma once
#include "../primitives/memory.cuh"
// Weights as 8-bit codes with an fp32 scale of each row, which multiplies the sums.

using WeightScale = float;

constexpr int kCodeWords = 2;                       // 32-bit words of eight codes
constexpr unsigned kZeroCodes = 0u;                 // four codes of 0

// Bytes that a row of codes takes: rows begin at multiples of 16 bytes, and what lies beyond a row are codes of 0.
__device__ __forceinline__ constexpr int code_row_bytes(int columns) { return (columns + 15) / 16 * 16; }

// Weight rows: of all experts, or from a row's column on.
struct WeightRows {
    const unsigned char* codes;
    const WeightScale* scales;
    const unsigned char* zero_points;
};

__device__ __forceinline__ WeightRows rows_at(const WeightRows& weights, long long row, int columns, int column) {
    return {weights.codes + row * code_row_bytes(columns) + column, nullptr, nullptr};
}

// No scale goes with the codes themselves.
constexpr bool kHasGroups = false;
constexpr int kGroupSize = 1 << 30;
struct GroupScale {};
struct ScalePair { unsigned scales; };
__device__ __forceinline__ GroupScale group_scale(const WeightRows&, int, bool) { return {}; }
__device__ __forceinline__ ScalePair scale_pair(GroupScale) { return {}; }

// Eight codes as elements: exact.
__device__ __forceinline__ Vector16 decode_codes(const unsigned* codes, ScalePair) {
    Vector16 elements;
#pragma unroll
    for (int i = 0; i < 4; ++i) elements.words[i] = integer_elements(codes[i / 2] ^ 0x80808080u, i % 2 ? 0x0302u : 0x0100u);
    return elements;
}
