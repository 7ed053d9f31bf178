#pragma once

// Whether this block is the last of `blocks` to come here, so that it may read what the others have written before. All threads of the block call
// it together. The counter is zero before the first of them, and again behind the last.
__device__ __forceinline__ bool is_last_block(bool& is_last, unsigned* arrived, unsigned blocks) {
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) is_last = atomicInc(arrived, blocks - 1) == blocks - 1;
    __syncthreads();
    __threadfence();
    return is_last;
}
