#pragma once
// Element = IEEE half precision: conversions and the tensor-core instruction.

struct Element { unsigned short bits; };
#ifdef MOE_INT8
#else
using Operand = Element; using Sum = float;  // what the tensor cores multiply, and what they add up
#endif

// Two floats rounded to nearest even and packed, `low` in the lower half (PTX ISA: cvt.rn.f16x2.f32, sm_80).
__device__ __forceinline__ unsigned pack_elements(float low, float high)
#ifdef __CUDA_ARCH__
{
    unsigned packed;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(high), "f"(low));
    return packed;
}
#endif
;

// Exact widening of 16 bits (PTX ISA: cvt.f32.f16).
__device__ __forceinline__ float widen(unsigned short bits)
#ifdef __CUDA_ARCH__
{
    float value;
    asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
    return value;
}
#endif
;

__device__ __forceinline__ float unpack_low(unsigned packed) { return widen(static_cast<unsigned short>(packed & 0xffffu)); }
__device__ __forceinline__ float unpack_high(unsigned packed) { return widen(static_cast<unsigned short>(packed >> 16)); }

// a * b + c of both packed elements, rounded once (PTX ISA: fma.rn.f16x2, sm_80).
__device__ __forceinline__ unsigned fma_elements(unsigned a, unsigned b, unsigned c)
#ifdef __CUDA_ARCH__
{
    unsigned result;
    asm("fma.rn.f16x2 %0, %1, %2, %3;" : "=r"(result) : "r"(a), "r"(b), "r"(c));
    return result;
}
#endif
;

constexpr unsigned kOnes = 0x3c003c00u;          // two elements: 1
constexpr unsigned kMinusZeros = 0x80008000u;    // two elements: -0, which added changes nothing
constexpr unsigned kIntegerBases = 0x64006400u;  // two elements: 1024, whose lowest mantissa bits count ones
constexpr int kMinifloatShift = 9;             // from the lowest bits to where a two-bit exponent and one mantissa bit begin

// Two bytes u, which the selector's digits 0 and 2 name, as the integers u - 128: exact. Bits 0x64uu are 1024 + u.
__device__ __forceinline__ unsigned integer_elements(unsigned bytes, unsigned selector) {
    return fma_elements(__byte_perm(bytes, 0x64u, selector | 0x4040u), kOnes, 0xe480e480u);  // - 1152
}

#ifdef MOE_INT8
#else
// accumulator += a (16x16, row major) * b (16x8, column major) (PTX ISA: mma.m16n8k16, f16 with f32 accumulators, sm_80).
__device__ __forceinline__ void mma(float (&accumulator)[4], const unsigned (&a)[4], unsigned b0, unsigned b1)
#ifdef __CUDA_ARCH__
{
    asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+f"(accumulator[0]), "+f"(accumulator[1]), "+f"(accumulator[2]), "+f"(accumulator[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
#endif
;
#endif
