#pragma once
#include "memory.cuh"
// Loads of what is read once, such as weights in decoding: they leave L1 to what is read again.

// 16 bytes from global memory that no kernel writes meanwhile; zeros where `valid` is false (PTX ISA: ld.global.nc, sm_80).
__device__ __forceinline__ Vector16 load_streamed(const void* source, bool valid)
#ifdef __CUDA_ARCH__
{
    Vector16 vector = {};
    if (valid)
        asm("ld.global.nc.L1::no_allocate.L2::128B.v4.u32 {%0, %1, %2, %3}, [%4];"
            : "=r"(vector.words[0]), "=r"(vector.words[1]), "=r"(vector.words[2]), "=r"(vector.words[3]) : "l"(source));
    return vector;
}
#endif
;
