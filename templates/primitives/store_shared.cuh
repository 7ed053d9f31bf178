#pragma once
#include "memory.cuh"
// Stores to shared memory by its address (PTX ISA: st.shared).

// Writes 16 bytes.
__device__ __forceinline__ void store_shared(SharedAddress destination, const Vector16& vector)
#ifdef __CUDA_ARCH__
{
    asm volatile("st.shared.v4.u32 [%0], {%1, %2, %3, %4};"
                 :: "r"(destination), "r"(vector.words[0]), "r"(vector.words[1]), "r"(vector.words[2]), "r"(vector.words[3]) : "memory");
}
#endif
;

// Writes 4 bytes.
__device__ __forceinline__ void store_shared_4(SharedAddress destination, unsigned word)
#ifdef __CUDA_ARCH__
{
    asm volatile("st.shared.u32 [%0], %1;" :: "r"(destination), "r"(word) : "memory");
}
#endif
;
