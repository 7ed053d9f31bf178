#include <string.h>
#include "state.h"

namespace moegen {

static unsigned bits_of_float(float value) {
    unsigned bits;
    memcpy(&bits, &value, 4);
    return bits;
}

static float float_of_bits(unsigned bits) {
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

// Exact: the exponent is rebased by a multiplication, which also brings subnormals right.
float half_to_float(unsigned half) {
    const unsigned sign = (half & 0x8000u) << 16, magnitude = half & 0x7fffu;
    if (magnitude >= 0x7c00u) return float_of_bits(sign | 0x7f800000u | (magnitude & 0x3ffu) << 13);
    const float scaled = float_of_bits(magnitude << 13) * float_of_bits((254u - 15u) << 23);
    return float_of_bits(sign | bits_of_float(scaled));
}

// To nearest, ties to even; every NaN becomes the canonical one, as on the device.
static unsigned to_half(float value) {
    const unsigned bits = bits_of_float(value), sign = bits >> 16 & 0x8000u, magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u) return 0x7fffu;
    if (magnitude >= 0x477ff000u) return sign | 0x7c00u;  // 65520 and more
    if (magnitude < 0x38800000u) {
        // Below 2^-14: adding 0.5 leaves the rounded subnormal in the low bits.
        return sign | (bits_of_float(float_of_bits(magnitude) + 0.5f) - 0x3f000000u);
    }
    return sign | ((magnitude - 0x38000000u + 0xfffu + (magnitude >> 13 & 1)) >> 13);
}

static unsigned to_bfloat(float value) {
    const unsigned bits = bits_of_float(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u) return 0x7fffu;
    return (bits + 0x7fffu + (bits >> 16 & 1)) >> 16;
}

static float bfloat_of(unsigned bits) { return float_of_bits(bits << 16); }

// A product of two elements is exact in a double, and so is what these texts add to it.
template <float (*kWiden)(unsigned), unsigned (*kNarrow)(float)>
static unsigned fma_pairs(unsigned a, unsigned b, unsigned c) {
    unsigned result = 0;
    for (int half = 0; half < 32; half += 16) {
        const double sum = static_cast<double>(kWiden(a >> half & 0xffffu)) * kWiden(b >> half & 0xffffu) + kWiden(c >> half & 0xffffu);
        result |= kNarrow(static_cast<float>(sum)) << half;
    }
    return result;
}

}  // namespace moegen

extern "C" {

unsigned moegen_pack_bf16(float low, float high) { return moegen::to_bfloat(low) | moegen::to_bfloat(high) << 16; }
unsigned moegen_pack_fp16(float low, float high) { return moegen::to_half(low) | moegen::to_half(high) << 16; }
unsigned moegen_fma_bf16(unsigned a, unsigned b, unsigned c) { return moegen::fma_pairs<moegen::bfloat_of, moegen::to_bfloat>(a, b, c); }
unsigned moegen_fma_fp16(unsigned a, unsigned b, unsigned c) { return moegen::fma_pairs<moegen::half_to_float, moegen::to_half>(a, b, c); }
float moegen_widen_fp16(unsigned short bits) { return moegen::half_to_float(bits); }

}
