#pragma once
// Operands of 8-bit integers: a tile's bytes lie as with 16-bit elements, so that a step of 32 bytes is 32 elements of depth.

struct Operand { signed char code; };
using Sum = int;
using WeightScale = float;  // of a weight row

// accumulator += a (16x32, row major) * b (32x8, column major) (PTX ISA: mma.m16n8k32, s8 with s32 accumulators, sm_80).
__device__ __forceinline__ void mma(int (&accumulator)[4], const unsigned (&a)[4], unsigned b0, unsigned b1)
#ifdef __CUDA_ARCH__
{
    asm("mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+r"(accumulator[0]), "+r"(accumulator[1]), "+r"(accumulator[2]), "+r"(accumulator[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
#endif
;

// Codes in memory a row of so many takes: rows begin at multiples of 16 bytes, and what lies beyond a row is zeros.
__device__ __forceinline__ constexpr int row_codes(int columns) { return (columns + 15) / 16 * 16; }
