#pragma once
#include "columns.cuh"
#ifdef MOE_CODES
#include "../primitives/store_shared.cuh"
// The B operand from codes: the weight rows of one expert, in the order of ColumnMap, become elements on their way to shared memory.
// Codes are fetched into registers a stage before they are decoded, so that the loads have a stage's time.

template <class Tile, bool kPaired> struct RowsB {
    using Loader = RowLoader<Tile, Tile::kTileN>;
    using Columns = ColumnMap<Tile, kPaired>;
    static constexpr int kRowsPerPass = Loader::kRowsPerPass, kPasses = Loader::kPasses;
    static constexpr bool kAlternates = kPaired && kRowsPerPass < 16;  // else a thread loads only gate rows or only up rows
    WeightRows weights;
    long long row;      // of this thread in pass 0
    int up_rows, step;  // from a gate row to the up row of the same output, where a thread alternates; from an output's row to the next's
    int outputs_left;   // outputs from this thread's first one on
    int depth, column;  // of a row; at this thread's depth of the stage that is fetched
    unsigned codes[kPasses][kCodeWords];
    GroupScale scales[kPasses];
    // Gate and up rows have the same stride.
    __device__ __forceinline__ RowsB(const WeightRows& weights, long long expert_row, int depth, int first_output, int num_outputs, RowOrder gate, RowOrder up)
        : weights(weights), up_rows(up.offset - gate.offset), step(gate.stride), depth(depth), column(Loader::thread_depth()) {
        const int output = first_output + Columns::output_of(Loader::thread_row());
        const int offset = !kAlternates && Columns::is_up(Loader::thread_row()) ? up.offset : gate.offset;
        row = expert_row + offset + static_cast<long long>(output) * step;
        outputs_left = num_outputs - output;
    }
    // Fetches the codes of a stage; zeros beyond the rows and the depth.
    __device__ __forceinline__ void fetch() {
#pragma unroll
        for (int pass = 0; pass < kPasses; ++pass) {
            const int outputs = Columns::output_of(pass * kRowsPerPass);
            const bool has_row = !Loader::kPartialPass || pass * kRowsPerPass + Loader::thread_row() < Tile::kTileN;
            const bool valid = has_row && column < depth && outputs < outputs_left;
            const long long pass_row = row + static_cast<long long>(outputs) * step + (kAlternates && Columns::is_up(pass * kRowsPerPass) ? up_rows : 0);
            struct alignas(4 * kCodeWords) Words { unsigned words[kCodeWords]; };
            const WeightRows source = rows_at(weights, pass_row, depth, column);
#pragma unroll
            for (int word = 0; word < kCodeWords; ++word) codes[pass][word] = kZeroCodes;
            if (valid) {
                const Words words = *reinterpret_cast<const Words*>(source.codes);
#pragma unroll
                for (int word = 0; word < kCodeWords; ++word) codes[pass][word] = words.words[word];
            }
            scales[pass] = group_scale(source, 0, valid);
        }
    }
    __device__ __forceinline__ void advance() {
        column += Tile::kTileK;
        fetch();
    }
    __device__ __forceinline__ void copy(SharedAddress stage, int pass, bool) const {
        if (Loader::kPartialPass && pass * kRowsPerPass + Loader::thread_row() >= Tile::kTileN) return;
        store_shared(stage + swizzled<Tile>(Loader::thread_row(), threadIdx.x % Loader::kChunks) + pass * kRowsPerPass * TileTraits<Tile>::kRowBytes,
                     decode_codes(codes[pass], scale_pair(scales[pass])));
    }
};
#else
// The B operand: the weight rows of one expert, in the order of ColumnMap; rows beyond num_outputs are zeros.
template <class Tile, bool kPaired> struct RowsB {
    using Loader = RowLoader<Tile, Tile::kTileN>;
    using Columns = ColumnMap<Tile, kPaired>;
    static constexpr int kRowsPerPass = Loader::kRowsPerPass;
    static constexpr bool kAlternates = kPaired && kRowsPerPass < 16;  // else a thread loads only gate rows or only up rows
    const unsigned char* cursor;  // row of this thread in pass 0, at its depth of the next stage
    long long up_bytes;           // from a gate row to the up row of the same output, where a thread alternates
    unsigned step_bytes;          // from the row of an output to that of the next
    int outputs_left;             // outputs from this thread's first one on
    // Gate and up rows have the same stride.
    __device__ __forceinline__ RowsB(const Operand* weights, int depth, int first_output, int num_outputs, RowOrder gate, RowOrder up)
        : up_bytes(sizeof(Operand) * (up.offset - gate.offset + 0LL) * depth), step_bytes(sizeof(Operand) * gate.stride * depth) {
        const int output = first_output + Columns::output_of(Loader::thread_row());
        const int offset = !kAlternates && Columns::is_up(Loader::thread_row()) ? up.offset : gate.offset;
        cursor = reinterpret_cast<const unsigned char*>(weights + (offset + static_cast<long long>(output) * gate.stride) * depth + Loader::thread_depth());
        outputs_left = num_outputs - output;
    }
    __device__ __forceinline__ void copy(SharedAddress stage, int pass, bool in_depth) const {
        const int outputs = Columns::output_of(pass * kRowsPerPass);
        const unsigned char* source = cursor + static_cast<unsigned long long>(static_cast<unsigned>(outputs)) * step_bytes;
        if (kAlternates && Columns::is_up(pass * kRowsPerPass)) source += up_bytes;
        Loader::copy(stage, pass, source, in_depth && outputs < outputs_left);
    }
};
#endif
