#pragma once
#include "../config/config.cuh"
// Rounds and stores kCount consecutive outputs of one row as one vector.

template <int kCount> __device__ __forceinline__ void store_outputs(Element* destination, const float (&values)[kCount]) {
    static_assert(kCount == 4 || kCount == 8, "8 or 16 bytes");
    struct alignas(2 * kCount) Vector { unsigned words[kCount / 2]; } vector;
#pragma unroll
    for (int i = 0; i < kCount / 2; ++i) vector.words[i] = pack_elements(values[2 * i], values[2 * i + 1]);
    *reinterpret_cast<Vector*>(destination) = vector;
}
#ifdef MOE_DEPTH_SPLITS

// Stores them as they are.
template <int kCount> __device__ __forceinline__ void store_outputs(float* destination, const float (&values)[kCount]) {
#pragma unroll
    for (int i = 0; i < kCount; i += 4) {
        struct alignas(16) Vector { float values[4]; } vector{{values[i], values[i + 1], values[i + 2], values[i + 3]}};
        *reinterpret_cast<Vector*>(destination + i) = vector;
    }
}
#endif
