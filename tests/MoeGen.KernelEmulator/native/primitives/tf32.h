#pragma once
#include "../device_calls.h"

__forceinline__ void mma_tf32(float (&accumulator)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
    const moegen_float4 sum = moegen_mma_tf32(
        {{accumulator[0], accumulator[1], accumulator[2], accumulator[3]}}, a[0], a[1], a[2], a[3], b0, b1);
    for (int i = 0; i < 4; ++i) accumulator[i] = sum.values[i];
}
