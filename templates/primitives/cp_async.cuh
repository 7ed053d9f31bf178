#pragma once
#include "memory.cuh"
// Asynchronous copies from global to shared memory (PTX ISA: cp.async, sm_80).

// Copies 16 bytes past L1. Where `valid` is false nothing is read and 16 zero bytes are written.
__device__ __forceinline__ void cp_async_16(SharedAddress destination, const void* source, bool valid)
#ifdef __CUDA_ARCH__
{ asm volatile("cp.async.cg.shared.global.L2::128B [%0], [%1], 16, %2;" :: "r"(destination), "l"(source), "r"(valid ? 16 : 0) : "memory"); }
#endif
;

// The same by way of L1, for what other warps read too.
__device__ __forceinline__ void cp_async_cached_16(SharedAddress destination, const void* source, bool valid)
#ifdef __CUDA_ARCH__
{ asm volatile("cp.async.ca.shared.global [%0], [%1], 16, %2;" :: "r"(destination), "l"(source), "r"(valid ? 16 : 0) : "memory"); }
#endif
;

// Copies 4 bytes by way of L1. Where `valid` is false nothing is read and 4 zero bytes are written.
__device__ __forceinline__ void cp_async_4(SharedAddress destination, const void* source, bool valid)
#ifdef __CUDA_ARCH__
{ asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" :: "r"(destination), "l"(source), "r"(valid ? 4 : 0) : "memory"); }
#endif
;

// Closes the group of all copies that this thread has issued since the last call.
__device__ __forceinline__ void cp_async_commit()
#ifdef __CUDA_ARCH__
{ asm volatile("cp.async.commit_group;" ::: "memory"); }
#endif
;

// Waits until at most `kPending` of this thread's groups are still under way.
template <int kPending> __device__ __forceinline__ void cp_async_wait()
#ifdef __CUDA_ARCH__
{ asm volatile("cp.async.wait_group %0;" :: "n"(kPending) : "memory"); }
#endif
;
