#pragma once
#include "groups.cuh"
// Weights as 4-bit integers: scale * (code - zero point), rounded once.

struct GroupScale { unsigned scales, offsets; };  // two elements each

// Of the group of a column; zeros where `valid` is false.
__device__ __forceinline__ GroupScale group_scale(const WeightScale* scales, const unsigned char* zero_points, long long row, int columns, int column, bool valid) {
    const long long group = row * (columns / kGroupSize) + column / kGroupSize;
    GroupScale scale = {0u, 0u};
    if (!valid) return scale;
    scale.scales = scales[group].bits * 0x10001u;
#ifdef MOE_ZERO_POINTS
    scale.offsets = kMinusZeros + kIntegerBases + zero_points[group] * 0x10001u;
#else
    scale.offsets = kMinusZeros + kIntegerBases + 8u * 0x10001u;
#endif
    return scale;
}

// Eight codes as elements.
__device__ __forceinline__ Vector16 decode_codes(const unsigned* codes, GroupScale scale) {
    Vector16 elements;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        // A code in the mantissa of the base is base + code; without base and zero point it is exact, and the scale rounds it.
        const unsigned integers = (codes[0] >> 4 * i & 0x000f000fu) | kIntegerBases;
        elements.words[i] = fma_elements(fma_elements(integers, kOnes, scale.offsets), scale.scales, kMinusZeros);
    }
    return elements;
}
