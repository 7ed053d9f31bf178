#pragma once
#include "memory.cuh"
// Loads from shared memory by its address (PTX ISA: ld.shared).

struct alignas(8) WordPair { unsigned words[2]; };

// Reads 4 bytes.
__device__ __forceinline__ unsigned load_shared_4(SharedAddress source)
#ifdef __CUDA_ARCH__
{
    unsigned word;
    asm volatile("ld.shared.u32 %0, [%1];" : "=r"(word) : "r"(source) : "memory");
    return word;
}
#endif
;

// Reads 8 bytes.
__device__ __forceinline__ WordPair load_shared_8(SharedAddress source)
#ifdef __CUDA_ARCH__
{
    WordPair vector;
    asm volatile("ld.shared.v2.u32 {%0, %1}, [%2];" : "=r"(vector.words[0]), "=r"(vector.words[1]) : "r"(source) : "memory");
    return vector;
}
#endif
;
