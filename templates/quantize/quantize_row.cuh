#pragma once
#include "arguments.cuh"
// One row: code = value / scale, rounded to nearest even, with the scale that makes the largest magnitude 127 or a calibrated one.

constexpr int kQuantizeThreads = 256;            // threads of a long row
constexpr float kLeastMagnitude = 7.888609e-31f; // 2^-100: rows below are zeros, so that the scale and its inverse are normal

__device__ __forceinline__ Vector16 load_vector(const QuantizeArguments& arguments, long long row, int column) {
    return *reinterpret_cast<const Vector16*>(arguments.values + row * arguments.columns + column);
}

// Eight values of a row, times their factors.
__device__ __forceinline__ void values_of(float (&values)[8], const QuantizeArguments& arguments, const Vector16& vector, int column) {
#pragma unroll
    for (int word = 0; word < 4; ++word) {
        values[2 * word] = unpack_low(vector.words[word]);
        values[2 * word + 1] = unpack_high(vector.words[word]);
    }
    if (!arguments.factors) return;
#pragma unroll
    for (int i = 0; i < 8; ++i) values[i] *= arguments.factors[column + i];
}

// Bits of magnitudes order like the magnitudes, NaN above all.
__device__ __forceinline__ unsigned largest_of(const QuantizeArguments& arguments, const Vector16& vector, int column) {
    float values[8];
    values_of(values, arguments, vector, column);
    unsigned largest = 0;
#pragma unroll
    for (int i = 0; i < 8; ++i) largest = max(largest, __float_as_uint(values[i]) & 0x7fffffffu);
    return largest;
}

__device__ __forceinline__ void store_codes(const QuantizeArguments& arguments, const Vector16& vector, long long row, int pitch, int column, float inverse) {
    struct alignas(8) Codes { signed char bytes[8]; } codes = {};
    if (column < arguments.columns && inverse > 0.0f) {
        float values[8];
        values_of(values, arguments, vector, column);
#pragma unroll
        for (int i = 0; i < 8; ++i) codes.bytes[i] = static_cast<signed char>(rintf(fminf(fmaxf(values[i] * inverse, -127.0f), 127.0f)));
    }
    *reinterpret_cast<Codes*>(arguments.codes + row * pitch + column) = codes;
}

// The threads of a block take rows side by side, kThreads each; all call it together, also those whose row is not `valid`, of
// which nothing is read and written. `warp_values` holds one value a warp of the block. A thread reads its first kHeldVectors vectors of
// 8 values once, what longer rows have beyond them twice.
template <int kHeldVectors, int kThreads, int kWarps>
__device__ __forceinline__ void quantize_row(const QuantizeArguments& arguments, long long row, bool valid, float calibrated, unsigned (&warp_values)[kWarps]) {
    constexpr unsigned kInfinity = 0x7f800000u;
    constexpr int kStep = kThreads * 8, kHeldColumns = kHeldVectors * kStep;
    const int columns = valid ? arguments.columns : 0, pitch = valid ? row_codes(columns) : 0, first = threadIdx.x % kThreads * 8;
    // All loads before any use, so that the row has one latency.
    Vector16 held[kHeldVectors];
#pragma unroll
    for (int i = 0; i < kHeldVectors; ++i) {
        held[i] = {};
        if (first + i * kStep < columns) held[i] = load_vector(arguments, row, first + i * kStep);
    }
    unsigned largest = 0;
#pragma unroll
    for (int i = 0; i < kHeldVectors; ++i)
        if (first + i * kStep < columns) largest = max(largest, largest_of(arguments, held[i], first + i * kStep));
    for (int column = first + kHeldColumns; column < columns; column += kStep)
        largest = max(largest, largest_of(arguments, load_vector(arguments, row, column), column));
    largest = __reduce_max_sync(0xffffffffu, largest);
    if (kThreads > 32) {
        if (threadIdx.x % 32 == 0) warp_values[threadIdx.x / 32] = largest;
        __syncthreads();
        const int first_warp = static_cast<int>(threadIdx.x) / kThreads * (kThreads / 32);
#pragma unroll
        for (int warp = 0; warp < kThreads / 32; ++warp) largest = max(largest, warp_values[first_warp + warp]);
    }

    // A row with NaN or infinity has a scale of NaN: the layer's output is NaN for its token, and for no other.
    const float magnitude = __uint_as_float(largest);
    const bool is_finite = largest < kInfinity, is_zero = magnitude < kLeastMagnitude;
    float scale = 0.0f, inverse = 0.0f;
    if (!is_finite) scale = __uint_as_float(0x7fc00000u);
    else if (calibrated > 0.0f) { scale = calibrated; inverse = 1.0f / calibrated; }
    else if (!is_zero) { scale = magnitude / 127.0f; inverse = 127.0f / magnitude; }
    if (valid && first == 0) arguments.scales[row] = scale;
#pragma unroll
    for (int i = 0; i < kHeldVectors; ++i)
        if (first + i * kStep < pitch) store_codes(arguments, held[i], row, pitch, first + i * kStep, inverse);
    for (int column = first + kHeldColumns; column < pitch; column += kStep)
        store_codes(arguments, column < columns ? load_vector(arguments, row, column) : Vector16{}, row, pitch, column, inverse);
}
