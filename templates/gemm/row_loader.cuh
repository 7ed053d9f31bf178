#pragma once
#include "../primitives/cp_async.cuh"
#include "tile_traits.cuh"
// Who copies what into a stage: each thread owns one 16-byte chunk of every kRowsPerPass-th row; with 128 bytes of depth,
// eight threads fetch 128 consecutive bytes of a row.

template <class Tile, int kRows> struct RowLoader {
    static constexpr int kChunks = TileTraits<Tile>::kChunks;
    static constexpr int kRowsPerPass = Tile::kThreads / kChunks;
    static constexpr int kPasses = (kRows + kRowsPerPass - 1) / kRowsPerPass;
    static constexpr bool kPartialPass = kRows % kRowsPerPass != 0;  // then the last threads have no row
    static_assert(kRowsPerPass % 8 == 0, "the swizzle's phase is the same in every pass");
    static __device__ __forceinline__ int thread_row() { return static_cast<int>(threadIdx.x) / kChunks; }
    static __device__ __forceinline__ int thread_depth() { return static_cast<int>(threadIdx.x % kChunks * 16 / sizeof(Operand)); }
    static __device__ __forceinline__ void copy(SharedAddress stage, int pass, const unsigned char* source, bool valid) {
        if (kPartialPass && pass * kRowsPerPass + thread_row() >= kRows) return;
        cp_async_16(stage + swizzled<Tile>(thread_row(), threadIdx.x % kChunks) + pass * kRowsPerPass * TileTraits<Tile>::kRowBytes, source, valid);
    }
};

// The A operand: rows anywhere in one matrix, found once a tile. Rows beyond the tile are zeros; nobody stores their results.
template <class Tile> struct RowsA {
    using Loader = RowLoader<Tile, Tile::kTileM>;
    const unsigned char* cursor;  // row 0 of the matrix, at this thread's depth of the next stage
    int rows_left;                // rows of the tile from this thread's first one on
    unsigned row_bytes, rows[Loader::kPasses];
    // `row_of(i)` is the matrix row of row i of the tile; beyond the tile it may be any number.
    template <class RowOf> __device__ __forceinline__ RowsA(const Operand* matrix, int depth, int tile_rows, RowOf row_of)
        : cursor(reinterpret_cast<const unsigned char*>(matrix + Loader::thread_depth())), rows_left(tile_rows - Loader::thread_row()), row_bytes(sizeof(Operand) * depth) {
#pragma unroll
        for (int pass = 0; pass < Loader::kPasses; ++pass)
            rows[pass] = row_of(pass * Loader::kRowsPerPass + Loader::thread_row());
    }
    __device__ __forceinline__ void copy(SharedAddress stage, int pass, bool in_depth) const {
        Loader::copy(stage, pass, cursor + static_cast<unsigned long long>(rows[pass]) * row_bytes,
                     in_depth && pass * Loader::kRowsPerPass < rows_left);
    }
};
