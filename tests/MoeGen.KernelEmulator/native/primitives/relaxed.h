#pragma once

__forceinline__ unsigned load_relaxed(const unsigned* source) { return atomicAdd(const_cast<unsigned*>(source), 0u); }

__forceinline__ void store_relaxed(unsigned* destination, unsigned word) { atomicExch(reinterpret_cast<int*>(destination), static_cast<int>(word)); }
