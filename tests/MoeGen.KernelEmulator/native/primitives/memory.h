#pragma once
#include "../device_calls.h"

__forceinline__ unsigned dynamic_shared_memory() { return moegen_dynamic_shared_memory(); }

__forceinline__ unsigned merge_bits(unsigned a, unsigned mask, unsigned bits) { return (a & mask) | bits; }

template <class T>
__forceinline__ void advance_pointer(const T*& pointer, long long elements) {
    pointer += elements;
}
