#pragma once
#include "groups.cuh"
// Weights as 4-bit integers: scale * (code - zero point), rounded once.

struct GroupScale { unsigned packed; };  // an element; above it the zero point, where there are any
struct ScalePair { unsigned scales, zero_points; };  // the same, each twice

// Of a group from a row's place on; a scale of zero where `valid` is false.
__device__ __forceinline__ GroupScale group_scale(const WeightRows& row, int group, bool valid) {
    if (!valid) return {0u};
#ifdef MOE_ZERO_POINTS
    return {row.scales[group].bits | static_cast<unsigned>(row.zero_points[group]) << 16};
#else
    return {row.scales[group].bits};
#endif
}

__device__ __forceinline__ ScalePair scale_pair(GroupScale scale) { return {(scale.packed & 0xffffu) * 0x10001u, (scale.packed >> 16) * 0x10001u}; }

// Eight codes as elements.
__device__ __forceinline__ Vector16 decode_codes(const unsigned* codes, ScalePair scale) {
#ifdef MOE_ZERO_POINTS
    const unsigned offsets = kMinusZeros + kIntegerBases + scale.zero_points;
#else
    const unsigned offsets = kMinusZeros + kIntegerBases + 8u * 0x10001u;
#endif
    Vector16 elements;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        // A code in the mantissa of the base is base + code; without base and zero point it is exact, and the scale rounds it.
        const unsigned integers = merge_bits(codes[0] >> 4 * i, 0x000f000fu, kIntegerBases);
        elements.words[i] = fma_elements(fma_elements(integers, kOnes, offsets), scale.scales, kMinusZeros);
    }
    return elements;
}
