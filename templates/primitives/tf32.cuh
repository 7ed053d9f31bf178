#pragma once
// Products of numbers with 11 significant bits, in the bits of fp32: the lowest 13 are not looked at.

// accumulator += a (16x8, row major) * b (8x8, column major) (PTX ISA: mma.m16n8k8, tf32 with f32 accumulators, sm_80).
__device__ __forceinline__ void mma_tf32(float (&accumulator)[4], const unsigned (&a)[4], unsigned b0, unsigned b1)
#ifdef __CUDA_ARCH__
{
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(accumulator[0]), "+f"(accumulator[1]), "+f"(accumulator[2]), "+f"(accumulator[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
#endif
;
