#pragma once
#include "memory.cuh"
// Loads four 8x8 matrices of 16-bit elements from shared memory into fragments (PTX ISA: ldmatrix, sm_75).

// Lane i gives the address of row i % 8 of matrix i / 8; fragment[m] is this lane's pair of elements of matrix m.
__device__ __forceinline__ void ldmatrix_x4(unsigned (&fragment)[4], SharedAddress row)
#ifdef __CUDA_ARCH__
{ asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(fragment[0]), "=r"(fragment[1]), "=r"(fragment[2]), "=r"(fragment[3]) : "r"(row) : "memory"); }
#endif
;
