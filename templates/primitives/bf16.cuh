#pragma once
// Element = bfloat16: conversions and the tensor-core instruction.

struct Element { unsigned short bits; };
#ifdef MOE_INT8
#else
using Operand = Element; using Sum = float;  // what the tensor cores multiply, and what they add up
#endif

// Two floats rounded to nearest even and packed, `low` in the lower half (PTX ISA: cvt.rn.bf16x2.f32, sm_80).
__device__ __forceinline__ unsigned pack_elements(float low, float high)
#ifdef __CUDA_ARCH__
{ unsigned packed; asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(high), "f"(low)); return packed; }
#endif
;

__device__ __forceinline__ float unpack_low(unsigned packed) { return __uint_as_float(packed << 16); }
__device__ __forceinline__ float unpack_high(unsigned packed) { return __uint_as_float(packed & 0xffff0000u); }

// a * b + c of both packed elements, rounded once (PTX ISA: fma.rn.bf16x2, sm_80).
__device__ __forceinline__ unsigned fma_elements(unsigned a, unsigned b, unsigned c)
#ifdef __CUDA_ARCH__
{
    unsigned result;
    asm("fma.rn.bf16x2 %0, %1, %2, %3;" : "=r"(result) : "r"(a), "r"(b), "r"(c));
    return result;
}
#endif
;

// The same, and 0 where that is negative (PTX ISA: fma.rn.relu.bf16x2, sm_80).
__device__ __forceinline__ unsigned fma_relu_elements(unsigned a, unsigned b, unsigned c)
#ifdef __CUDA_ARCH__
{
    unsigned result;
    asm("fma.rn.relu.bf16x2 %0, %1, %2, %3;" : "=r"(result) : "r"(a), "r"(b), "r"(c));
    return result;
}
#endif
;

constexpr unsigned kOnes = 0x3f803f80u;          // two elements: 1
constexpr unsigned kMinusZeros = 0x80008000u;    // two elements: -0, which added changes nothing
constexpr unsigned kIntegerBases = 0x43004300u;  // two elements: 128, whose lowest mantissa bits count ones
constexpr int kMinifloatShift = 6;             // from the lowest bits to where a two-bit exponent and one mantissa bit begin

// Two bytes u, which the selector's digits 0 and 2 name, as the integers u - 128: exact. Bits 0x43uu are 128 + u for u below 128 and
// 2u from there on; half of that less 128 is half of the integer where it is negative, which is then added once more.
__device__ __forceinline__ unsigned integer_elements(unsigned bytes, unsigned selector) {
    const unsigned steps = __byte_perm(bytes, 0x43u, selector | 0x4040u);
    const unsigned halves = fma_elements(steps, 0x3f003f00u, 0xc300c300u);            // * 0.5 - 128
    const unsigned negative = fma_relu_elements(steps, 0xbf00bf00u, kIntegerBases);  // * -0.5 + 128
    return fma_elements(negative, 0xbf80bf80u, halves);                              // * -1
}

#ifdef MOE_INT8
#else
// accumulator += a (16x16, row major) * b (16x8, column major) (PTX ISA: mma.m16n8k16, bf16 with f32 accumulators, sm_80).
__device__ __forceinline__ void mma(float (&accumulator)[4], const unsigned (&a)[4], unsigned b0, unsigned b1)
#ifdef __CUDA_ARCH__
{ asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(accumulator[0]), "+f"(accumulator[1]), "+f"(accumulator[2]), "+f"(accumulator[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1)); }
#endif
;
#endif
