#pragma once
#include "../device_calls.h"

__forceinline__ unsigned pack_elements(float low, float high) { return moegen_pack_bf16(low, high); }

__forceinline__ unsigned fma_elements(unsigned a, unsigned b, unsigned c) { return moegen_fma_bf16(a, b, c); }

__forceinline__ unsigned fma_relu_elements(unsigned a, unsigned b, unsigned c) {
    const unsigned sums = moegen_fma_bf16(a, b, c);
    return sums & ~((sums >> 15 & 0x00010001u) * 0xffffu);
}

__forceinline__ void mma(float (&accumulator)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
    const moegen_float4 sum = moegen_mma_bf16(
        {{accumulator[0], accumulator[1], accumulator[2], accumulator[3]}}, a[0], a[1], a[2], a[3], b0, b1);
    for (int i = 0; i < 4; ++i) accumulator[i] = sum.values[i];
}
