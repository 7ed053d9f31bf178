#pragma once
#include "groups.cuh"
// Weights as 4-bit floats (OCP MXFP4, E2M1), sign, two exponent bits, one mantissa bit: placed into an element they are it, but for a
// power of two, which the stored scales make good.

struct GroupScale { unsigned bits; };  // an element
struct ScalePair { unsigned scales; };  // the same twice

// Of a group from a row's place on; zero where `valid` is false.
__device__ __forceinline__ GroupScale group_scale(const WeightRows& row, int group, bool valid) { return {valid ? row.scales[group].bits : 0u}; }

__device__ __forceinline__ ScalePair scale_pair(GroupScale scale) { return {scale.bits * 0x10001u}; }

// Eight codes as elements.
__device__ __forceinline__ Vector16 decode_codes(const unsigned* codes, ScalePair scale) {
    Vector16 elements;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        const unsigned signs = codes[0] << (12 - 4 * i) & 0x80008000u;
        const unsigned numbers = 4 * i > kMinifloatShift ? codes[0] >> (4 * i - kMinifloatShift) : codes[0] << (kMinifloatShift - 4 * i);
        const unsigned floats = merge_bits(numbers, 0x00070007u << kMinifloatShift, signs);
        elements.words[i] = fma_elements(floats, scale.scales, kMinusZeros);
    }
    return elements;
}
