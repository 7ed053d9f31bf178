#pragma once
#include "../device_calls.h"

__forceinline__ unsigned pack_elements(float low, float high) { return moegen_pack_fp16(low, high); }

__forceinline__ unsigned fma_elements(unsigned a, unsigned b, unsigned c) { return moegen_fma_fp16(a, b, c); }

__forceinline__ void mma(float (&accumulator)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
    const moegen_float4 sum = moegen_mma_fp16(
        {{accumulator[0], accumulator[1], accumulator[2], accumulator[3]}}, a[0], a[1], a[2], a[3], b0, b1);
    for (int i = 0; i < 4; ++i) accumulator[i] = sum.values[i];
}

__forceinline__ float widen(unsigned short bits) { return moegen_widen_fp16(bits); }
