#include <string.h>
#include "state.h"

// Fragments as PTX ISA lays them out: lane = 4 * group + place.
namespace moegen {

float half_to_float(unsigned bits);

template <float (*kWiden)(unsigned)>
static void multiply(Warp& warp) {
    static float a[16][16], b[16][8], c[16][8];
    for (unsigned index = 0; index < kWarpSize; ++index) {
        const unsigned group = index / 4, column = index % 4 * 2;
        const unsigned* in = warp.lanes[index].in;
        for (unsigned i = 0; i < 4; ++i) {
            float* pair = &a[group + i % 2 * 8][column + i / 2 * 8];
            pair[0] = kWiden(in[i] & 0xffffu);
            pair[1] = kWiden(in[i] >> 16);
            memcpy(&c[group + i / 2 * 8][column + i % 2], &in[6 + i], 4);
        }
        for (unsigned i = 0; i < 2; ++i) {
            b[column + i * 8][group] = kWiden(in[4 + i] & 0xffffu);
            b[column + i * 8 + 1][group] = kWiden(in[4 + i] >> 16);
        }
    }
    for (unsigned row = 0; row < 16; ++row) {
        float sums[8];
        memcpy(sums, c[row], sizeof sums);
        for (unsigned k = 0; k < 16; ++k)
            for (unsigned column = 0; column < 8; ++column) sums[column] += a[row][k] * b[k][column];
        memcpy(c[row], sums, sizeof sums);
    }
    for (unsigned index = 0; index < kWarpSize; ++index)
        for (unsigned i = 0; i < 4; ++i) memcpy(&warp.lanes[index].out[i], &c[index / 4 + i / 2 * 8][index % 4 * 2 + i % 2], 4);
}

// The same bytes are four codes where two 16-bit elements are, so that the depth is twice as long.
static void multiply_codes(Warp& warp) {
    static int a[16][32], b[32][8], c[16][8];
    for (unsigned index = 0; index < kWarpSize; ++index) {
        const unsigned group = index / 4, column = index % 4 * 4;
        const unsigned* in = warp.lanes[index].in;
        for (unsigned byte = 0; byte < 4; ++byte) {
            for (unsigned i = 0; i < 4; ++i) a[group + i % 2 * 8][column + i / 2 * 16 + byte] = static_cast<signed char>(in[i] >> 8 * byte);
            for (unsigned i = 0; i < 2; ++i) b[column + i * 16 + byte][group] = static_cast<signed char>(in[4 + i] >> 8 * byte);
        }
        for (unsigned i = 0; i < 4; ++i) memcpy(&c[group + i / 2 * 8][index % 4 * 2 + i % 2], &in[6 + i], 4);
    }
    for (unsigned row = 0; row < 16; ++row)
        for (unsigned k = 0; k < 32; ++k)
            for (unsigned column = 0; column < 8; ++column) c[row][column] += a[row][k] * b[k][column];
    for (unsigned index = 0; index < kWarpSize; ++index)
        for (unsigned i = 0; i < 4; ++i) memcpy(&warp.lanes[index].out[i], &c[index / 4 + i / 2 * 8][index % 4 * 2 + i % 2], 4);
}

// Of fp32 the 19 bits in front.
static void multiply_tf32(Warp& warp) {
    static float a[16][8], b[8][8], c[16][8];
    const auto widen = [](unsigned bits) {
        bits &= 0xffffe000u;
        float value;
        memcpy(&value, &bits, 4);
        return value;
    };
    for (unsigned index = 0; index < kWarpSize; ++index) {
        const unsigned group = index / 4, place = index % 4;
        const unsigned* in = warp.lanes[index].in;
        for (unsigned i = 0; i < 4; ++i) {
            a[group + i % 2 * 8][place + i / 2 * 4] = widen(in[i]);
            memcpy(&c[group + i / 2 * 8][place * 2 + i % 2], &in[6 + i], 4);
        }
        for (unsigned i = 0; i < 2; ++i) b[place + i * 4][group] = widen(in[4 + i]);
    }
    for (unsigned row = 0; row < 16; ++row)
        for (unsigned k = 0; k < 8; ++k)
            for (unsigned column = 0; column < 8; ++column) c[row][column] += a[row][k] * b[k][column];
    for (unsigned index = 0; index < kWarpSize; ++index)
        for (unsigned i = 0; i < 4; ++i) memcpy(&warp.lanes[index].out[i], &c[index / 4 + i / 2 * 8][index % 4 * 2 + i % 2], 4);
}

static float bfloat_to_float(unsigned bits) {
    bits <<= 16;
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

template <class Sums>
static Sums mma(Sums accumulator, const unsigned (&operands)[6], void (*compute)(Warp&), const void* pc) {
    for (const unsigned operand : operands)
        if (operand == kPoisonFragment) report(FaultKind::uninitialized_read, pc, "mma multiplies the poison of memory that nothing has written");
    Lane& lane = own_lane();
    memcpy(lane.in, operands, sizeof operands);
    memcpy(lane.in + 6, accumulator.values, 16);
    meet(Collective::mma, 0, ~0u, compute);
    memcpy(accumulator.values, lane.out, 16);
    return accumulator;
}

// Each lane brings the row of one matrix; each receives a pair of elements of every matrix.
static void load_matrices(Warp& warp) {
    for (unsigned index = 0; index < kWarpSize; ++index)
        for (unsigned i = 0; i < 4; ++i) {
            const unsigned offset = warp.lanes[i * 8 + index / 4].in[0] + index % 4 * 4;
            const Cell& cell = dynamic_cells[offset / kGranule];
            const bool is_written = cell.initialized == 15 && !(cell.flags & kCopyUnderWay);
            memcpy(&warp.lanes[index].out[i], is_written ? static_cast<const void*>(dynamic_memory + offset) : &kPoisonFragment, 4);
        }
}

}  // namespace moegen

extern "C" {

moegen_words4 moegen_ldmatrix_x4(unsigned row) {
    // A pipeline may load fragments that it never multiplies; poison is reported by the mma that takes it.
    own_lane().in[0] = shared_offset(row, 16, Access::prefetch, __builtin_return_address(0));
    meet(Collective::ldmatrix, 0, ~0u, load_matrices);
    moegen_words4 words;
    memcpy(words.values, own_lane().out, 16);
    return words;
}

moegen_float4 moegen_mma_bf16(moegen_float4 c, unsigned a0, unsigned a1, unsigned a2, unsigned a3, unsigned b0, unsigned b1) {
    return mma(c, {a0, a1, a2, a3, b0, b1}, multiply<bfloat_to_float>, __builtin_return_address(0));
}

moegen_float4 moegen_mma_fp16(moegen_float4 c, unsigned a0, unsigned a1, unsigned a2, unsigned a3, unsigned b0, unsigned b1) {
    return mma(c, {a0, a1, a2, a3, b0, b1}, multiply<half_to_float>, __builtin_return_address(0));
}

moegen_float4 moegen_mma_tf32(moegen_float4 c, unsigned a0, unsigned a1, unsigned a2, unsigned a3, unsigned b0, unsigned b1) {
    return mma(c, {a0, a1, a2, a3, b0, b1}, multiply_tf32, __builtin_return_address(0));
}

moegen_int4 moegen_mma_int8(moegen_int4 c, unsigned a0, unsigned a1, unsigned a2, unsigned a3, unsigned b0, unsigned b1) {
    return mma(c, {a0, a1, a2, a3, b0, b1}, multiply_codes, __builtin_return_address(0));
}

}
