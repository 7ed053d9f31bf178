#pragma once
#include "memory.cuh"

// Reads 16 bytes from shared memory by their address (PTX ISA: ld.shared).
__device__ __forceinline__ Vector16 load_shared_16(SharedAddress source)
#ifdef __CUDA_ARCH__
{
    Vector16 vector;
    asm volatile("ld.shared.v4.u32 {%0, %1, %2, %3}, [%4];"
                 : "=r"(vector.words[0]), "=r"(vector.words[1]), "=r"(vector.words[2]), "=r"(vector.words[3]) : "r"(source) : "memory");
    return vector;
}
#endif
;
