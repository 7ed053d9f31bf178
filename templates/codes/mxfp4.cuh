#pragma once
#include "groups.cuh"
// Weights as 4-bit floats (OCP MXFP4, E2M1), sign, two exponent bits, one mantissa bit: placed into an element they are it, but for a
// power of two, which the stored scales make good.

struct GroupScale { unsigned bits; };  // an element

// Of the group of a column; zero where `valid` is false.
__device__ __forceinline__ GroupScale group_scale(const WeightScale* scales, const unsigned char*, long long row, int columns, int column, bool valid) {
    return {valid ? scales[row * (columns / kGroupSize) + column / kGroupSize].bits : 0u};
}

// Eight codes as elements.
__device__ __forceinline__ Vector16 decode_codes(const unsigned* codes, GroupScale scale) {
    const unsigned scales = scale.bits * 0x10001u;
    Vector16 elements;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        const unsigned pair = codes[0] >> 4 * i;
        const unsigned floats = (pair & 0x00080008u) << 12 | (pair & 0x00070007u) << kMinifloatShift;
        elements.words[i] = fma_elements(floats, scales, kMinusZeros);
    }
    return elements;
}
