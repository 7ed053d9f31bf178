#pragma once
// Words that blocks of one launch pass on to each other: what is in them is all that is passed on, no other memory is ordered by them
// (PTX ISA: ld.relaxed, st.relaxed).

__device__ __forceinline__ unsigned load_relaxed(const unsigned* source)
#ifdef __CUDA_ARCH__
{
    unsigned word;
    asm volatile("ld.relaxed.gpu.global.u32 %0, [%1];" : "=r"(word) : "l"(source) : "memory");
    return word;
}
#endif
;

__device__ __forceinline__ void store_relaxed(unsigned* destination, unsigned word)
#ifdef __CUDA_ARCH__
{ asm volatile("st.relaxed.gpu.global.u32 [%0], %1;" :: "l"(destination), "r"(word) : "memory"); }
#endif
;
