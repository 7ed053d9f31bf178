#pragma once
#include "../primitives/cp_async.cuh"
#include "tile_traits.cuh"
// Brings a stage of rows, which may lie anywhere in one matrix, into shared memory.

// Each thread owns one 16-byte chunk of every kRowsPerPass-th row of the stage; with 64 elements of depth, eight threads
// fetch 128 consecutive bytes of a row.
template <class Tile, int kRows> struct RowLoader {
    static constexpr int kChunks = TileTraits<Tile>::kChunks;
    static constexpr int kRowsPerPass = Tile::kThreads / kChunks;
    static constexpr int kPasses = (kRows + kRowsPerPass - 1) / kRowsPerPass;
    static constexpr bool kPartialPass = kRows % kRowsPerPass != 0;  // then the last threads have no row
    static_assert(kRowsPerPass % 8 == 0, "the swizzle's phase is the same in every pass");

    static __device__ __forceinline__ int thread_row() { return static_cast<int>(threadIdx.x) / kChunks; }

    // `row_of(pass)` is the matrix row that this thread loads in a pass, or -1 for zeros.
    template <class RowOf>
    static __device__ __forceinline__ void load(SharedAddress stage, const Element* matrix, int depth, int k_begin, RowOf row_of) {
        const int chunk = threadIdx.x % kChunks;
        const int k = k_begin + chunk * 8;
        const SharedAddress destination = stage + swizzled<Tile>(thread_row(), chunk);
#pragma unroll
        for (int pass = 0; pass < kPasses; ++pass) {
            if (kPartialPass && pass * kRowsPerPass + thread_row() >= kRows) continue;
            // Depth is a multiple of 8, so that a chunk lies inside the row or beyond it as a whole.
            const int row = row_of(pass);
            const bool valid = row >= 0 && k < depth;
            const Element* source = matrix + (valid ? static_cast<long long>(row) * depth + k : 0);
            cp_async_16(destination + pass * kRowsPerPass * TileTraits<Tile>::kRowBytes, source, valid);
        }
    }
};

// The A operand: each thread keeps its rows for the whole tile.
template <class Tile> struct RowsA {
    using Loader = RowLoader<Tile, Tile::kTileM>;
    const Element* matrix;  // row 0
    int rows[Loader::kPasses];

    __device__ __forceinline__ void load(SharedAddress stage, int depth, int k_begin) const {
        Loader::load(stage, matrix, depth, k_begin, [&](int pass) { return rows[pass]; });
    }
};
