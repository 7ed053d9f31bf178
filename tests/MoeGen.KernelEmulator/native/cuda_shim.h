#pragma once
// The CUDA C++ language for a stock host compiler: force-included before the generated text, which stays as it is.
#include <math.h>
#include <stdint.h>

#define __global__ __attribute__((noinline))  // so that faults keep the lines of the kernel
#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __grid_constant__
#define __align__(bytes) __attribute__((aligned(bytes)))

// One block runs at a time, so that statics can be its shared memory. The alignment leaves a gap behind each variable.
#define __shared__ static __attribute__((section("moegen_shared"), aligned(65536)))

struct moegen_index { unsigned x, y, z; };

extern "C" {
// Constant for the thread that calls: each emulated thread runs its own invocation of the kernel.
__attribute__((const)) moegen_index moegen_thread_index();
__attribute__((const)) moegen_index moegen_block_index();
__attribute__((const)) moegen_index moegen_block_size();
__attribute__((const)) moegen_index moegen_grid_size();
void moegen_barrier(int line);
void moegen_fence();
void moegen_sync_warp(int line, unsigned mask);
unsigned moegen_shuffle(int line, int operation, unsigned mask, unsigned bits, int argument, int width);
unsigned moegen_match_any(int line, unsigned mask, unsigned bits);
unsigned moegen_ballot(int line, unsigned mask, int predicate);
unsigned moegen_atomic(int operation, unsigned* address, unsigned operand, unsigned compare);
}

#define threadIdx (moegen_thread_index())
#define blockIdx (moegen_block_index())
#define blockDim (moegen_block_size())
#define gridDim (moegen_grid_size())
// The host compiler would else keep accesses to shared variables whose address it sees nobody take on one side of a barrier.
#define MOEGEN_FENCED(call) do { asm volatile("" ::: "memory"); call; asm volatile("" ::: "memory"); } while (false)
#define __syncthreads() MOEGEN_FENCED(moegen_barrier(__LINE__))
#define __threadfence() MOEGEN_FENCED(moegen_fence())
#define __syncwarp(...) MOEGEN_FENCED(moegen_sync_warp(__LINE__, moegen::mask_or_all(__VA_ARGS__)))
#define __shfl_sync(...) moegen::shuffle(__LINE__, 0, __VA_ARGS__)
#define __shfl_up_sync(...) moegen::shuffle(__LINE__, 1, __VA_ARGS__)
#define __shfl_down_sync(...) moegen::shuffle(__LINE__, 2, __VA_ARGS__)
#define __shfl_xor_sync(...) moegen::shuffle(__LINE__, 3, __VA_ARGS__)
#define __match_any_sync(mask, value) moegen_match_any(__LINE__, mask, moegen::bits_of(value))
#define __ballot_sync(mask, predicate) moegen_ballot(__LINE__, mask, (predicate) ? 1 : 0)
#define __reduce_max_sync(mask, value) moegen::reduce(__LINE__, mask, value, [](unsigned a, unsigned b) { return a < b ? b : a; })
#define __reduce_min_sync(mask, value) moegen::reduce(__LINE__, mask, value, [](unsigned a, unsigned b) { return b < a ? b : a; })
#define __any_sync(mask, predicate) (moegen_ballot(__LINE__, mask, (predicate) ? 1 : 0) != 0)
#define __all_sync(mask, predicate) (moegen_ballot(__LINE__, mask, (predicate) ? 0 : 1) == 0)

namespace moegen {
template <class T>
__forceinline__ unsigned bits_of(T value) {
    static_assert(sizeof(T) == 4, "warp collectives are emulated for 32-bit values");
    return __builtin_bit_cast(unsigned, value);
}
template <class T>
__forceinline__ T shuffle(int line, int operation, unsigned mask, T value, int argument, int width = 32) {
    if constexpr (sizeof(T) == 8) {
        // 64 bits go as two shuffles, as on the device.
        struct Halves { unsigned low, high; } halves = __builtin_bit_cast(Halves, value);
        halves.low = moegen_shuffle(line, operation, mask, halves.low, argument, width);
        halves.high = moegen_shuffle(line, operation, mask, halves.high, argument, width);
        return __builtin_bit_cast(T, halves);
    } else {
        return __builtin_bit_cast(T, moegen_shuffle(line, operation, mask, bits_of(value), argument, width));
    }
}
// All lanes of the warp together, as every text here calls it; butterflies of shuffles see a lane that stays away.
template <class Combine>
__forceinline__ unsigned reduce(int line, unsigned mask, unsigned value, Combine combine) {
    for (int distance = 16; distance > 0; distance /= 2) value = combine(value, shuffle(line, 3, mask, value, distance));
    return value;
}
__forceinline__ unsigned mask_or_all(unsigned mask = 0xffffffffu) { return mask; }
}  // namespace moegen

__forceinline__ int __popc(unsigned bits) { return __builtin_popcount(bits); }
__forceinline__ int __popcll(unsigned long long bits) { return __builtin_popcountll(bits); }
__forceinline__ int __clzll(long long bits) { return bits == 0 ? 64 : __builtin_clzll(static_cast<unsigned long long>(bits)); }
__forceinline__ int __ffs(int bits) { return __builtin_ffs(bits); }
__forceinline__ int __clz(int bits) { return bits == 0 ? 32 : __builtin_clz(static_cast<unsigned>(bits)); }
// Bytes 0 to 3 are those of x, 4 to 7 those of y; each hexadecimal digit of the selector names one.
__forceinline__ unsigned __byte_perm(unsigned x, unsigned y, unsigned selector) {
    const unsigned long long bytes = static_cast<unsigned long long>(y) << 32 | x;
    unsigned result = 0;
    for (int i = 0; i < 4; ++i) result |= static_cast<unsigned>(bytes >> 8 * (selector >> 4 * i & 7) & 0xff) << 8 * i;
    return result;
}
__forceinline__ float __uint_as_float(unsigned bits) { return __builtin_bit_cast(float, bits); }
__forceinline__ float __int_as_float(int bits) { return __builtin_bit_cast(float, bits); }
__forceinline__ unsigned __float_as_uint(float value) { return __builtin_bit_cast(unsigned, value); }
__forceinline__ int __float_as_int(float value) { return __builtin_bit_cast(int, value); }

#define MOEGEN_MIN_MAX(type) \
    __forceinline__ type min(type a, type b) { return b < a ? b : a; } \
    __forceinline__ type max(type a, type b) { return a < b ? b : a; }
MOEGEN_MIN_MAX(int)
MOEGEN_MIN_MAX(unsigned)
MOEGEN_MIN_MAX(long long)
MOEGEN_MIN_MAX(unsigned long long)
#undef MOEGEN_MIN_MAX
__forceinline__ float min(float a, float b) { return fminf(a, b); }
__forceinline__ float max(float a, float b) { return fmaxf(a, b); }

__forceinline__ int atomicAdd(int* address, int value) {
    return static_cast<int>(moegen_atomic(0, reinterpret_cast<unsigned*>(address), static_cast<unsigned>(value), 0));
}
__forceinline__ unsigned atomicAdd(unsigned* address, unsigned value) { return moegen_atomic(0, address, value, 0); }
__forceinline__ float atomicAdd(float* address, float value) {
    return __uint_as_float(moegen_atomic(1, reinterpret_cast<unsigned*>(address), __float_as_uint(value), 0));
}
__forceinline__ unsigned atomicInc(unsigned* address, unsigned most) { return moegen_atomic(5, address, most, 0); }
__forceinline__ int atomicMax(int* address, int value) {
    return static_cast<int>(moegen_atomic(2, reinterpret_cast<unsigned*>(address), static_cast<unsigned>(value), 0));
}
__forceinline__ int atomicExch(int* address, int value) {
    return static_cast<int>(moegen_atomic(3, reinterpret_cast<unsigned*>(address), static_cast<unsigned>(value), 0));
}
__forceinline__ int atomicCAS(int* address, int compare, int value) {
    return static_cast<int>(
        moegen_atomic(4, reinterpret_cast<unsigned*>(address), static_cast<unsigned>(value), static_cast<unsigned>(compare)));
}

// The approximations are at least as exact here as there; glibc keeps some of these names for itself, hence macros.
#define __expf(x) expf(x)
#define __logf(x) logf(x)
#define __fdividef(x, y) ((x) / (y))
#define __frcp_rn(x) (1.0f / (x))
#define rsqrtf(x) (1.0f / sqrtf(x))
