#pragma once
#include "../primitives/memory.cuh"
// Weights as 8-bit codes with an fp32 scale of each row, which multiplies the sums.

using WeightScale = float;

constexpr int kCodeWords = 2;                       // 32-bit words of eight codes
constexpr unsigned kZeroCodes = 0u;                 // four codes of 0

// Bytes that a row of codes takes: rows begin at multiples of 16 bytes, and what lies beyond a row are codes of 0.
__device__ __forceinline__ constexpr int code_row_bytes(int columns) { return (columns + 15) / 16 * 16; }

// No scale goes with the codes themselves.
struct GroupScale {};
__device__ __forceinline__ GroupScale group_scale(const WeightScale*, const unsigned char*, long long, int, int, bool) { return {}; }

// Eight codes as elements: exact. Code + 128, the lowest byte of a float from 2^23 on, counts ones there.
__device__ __forceinline__ Vector16 decode_codes(const unsigned* codes, GroupScale) {
    auto code = [&](int i) { return __uint_as_float(__byte_perm(codes[i / 4] ^ 0x80808080u, 0x4b000000u, 0x7440u + i % 4)) - 8388736.0f; };
    Vector16 elements;
#pragma unroll
    for (int i = 0; i < 4; ++i) elements.words[i] = pack_elements(code(2 * i), code(2 * i + 1));
    return elements;
}

// The weight rows of all experts.
struct WeightRows {
    const unsigned char* codes;
    const WeightScale* scales;
    const unsigned char* zero_points;
};
