#pragma once
// Counters by which blocks of one launch hand over memory: who has read a count sees what was written before it (PTX ISA: red.release, ld.acquire, sm_70).

// Counts up, from `last` to zero: what this thread has written, and before a barrier its block, comes first.
__device__ __forceinline__ void increment_released(unsigned* counter, unsigned last)
#ifdef __CUDA_ARCH__
{ asm volatile("red.release.gpu.global.inc.u32 [%0], %1;" :: "l"(counter), "r"(last) : "memory"); }
#endif
;

// What this thread reads next, and behind a barrier its block, comes after.
__device__ __forceinline__ unsigned load_acquired(const unsigned* counter)
#ifdef __CUDA_ARCH__
{
    unsigned count;
    asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(count) : "l"(counter) : "memory");
    return count;
}
#endif
;
