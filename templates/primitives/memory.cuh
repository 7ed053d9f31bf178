#pragma once
// Shared-memory addresses and 16-byte vectors.

// An address inside the block's shared memory, in bytes, as the shared-state-space instructions take it.
using SharedAddress = unsigned;

struct alignas(16) Vector16 { unsigned words[4]; };

// The block's dynamic shared memory, aligned to 128 bytes.
__device__ __forceinline__ SharedAddress dynamic_shared_memory()
#ifdef __CUDA_ARCH__
{ extern __shared__ __align__(128) unsigned char bytes[]; return static_cast<SharedAddress>(__cvta_generic_to_shared(bytes)); }
#endif
;

// (a & mask) | bits in one instruction, which the compiler makes two of where both are constants (PTX ISA: lop3).
__device__ __forceinline__ unsigned merge_bits(unsigned a, unsigned mask, unsigned bits)
#ifdef __CUDA_ARCH__
{
    unsigned result;
    asm("lop3.b32 %0, %1, %2, %3, 0xea;" : "=r"(result) : "r"(a), "r"(mask), "r"(bits));
    return result;
}
#endif
;

// Moves a pointer on: to an induction variable the compiler would make an address anew at each use, from the loop's counter (PTX ISA: add).
template <class T> __device__ __forceinline__ void advance_pointer(const T*& pointer, long long elements)
#ifdef __CUDA_ARCH__
{
    asm("add.s64 %0, %0, %1;" : "+l"(pointer) : "l"(elements * static_cast<long long>(sizeof(T))));
}
#endif
;
