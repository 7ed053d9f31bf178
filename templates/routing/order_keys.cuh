#pragma once
// Numbers as keys in their order: taken experts below NaN, NaN below every number.

constexpr unsigned kTakenKey = 0;
constexpr unsigned kNanKey = 1;

__device__ __forceinline__ unsigned order_key(float value) {
    const unsigned bits = __float_as_uint(value + 0.0f);  // -0 and +0 are the same
    const unsigned key = bits ^ (static_cast<unsigned>(static_cast<int>(bits) >> 31) | 0x80000000u);
    return value == value ? key : kNanKey;
}

// The number of a key; NaN for kNanKey.
__device__ __forceinline__ float key_value(unsigned key) { return __uint_as_float(key & 0x80000000u ? key & 0x7fffffffu : ~key); }

// Where expert e's key is: experts 32 i to 32 i + 31 have row i, rotated by i, so that neither rows nor columns conflict in banks.
__device__ __forceinline__ int key_place(int expert) { return (expert & ~31) | ((expert + (expert >> 5)) & 31); }
