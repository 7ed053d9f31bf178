#pragma once
#include "../primitives/ldmatrix.cuh"
#include "columns.cuh"
// The multi-stage pipeline: cp.async ahead by kStages - 1 stages, ldmatrix ahead by one k16 step, tensor cores behind.

template <class Tile> struct Fragments {
    unsigned a[TileTraits<Tile>::kFragmentsM][4];
    unsigned b[TileTraits<Tile>::kFragmentsN / 2][4];  // two n8 fragments each
};

// The fragments of one k16 step of this warp's tile.
template <class Tile>
__device__ __forceinline__ void load_fragments(Fragments<Tile>& fragments, SharedAddress stage, int step) {
    using Traits = TileTraits<Tile>;
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const int warp_row = warp % Tile::kWarpsM * Traits::kWarpTileM;
    const int warp_column = warp / Tile::kWarpsM * Traits::kWarpTileN;

    // A: matrices 0..3 are rows 0-7 and 8-15 of the left, then of the right eight columns.
#pragma unroll
    for (int m = 0; m < Traits::kFragmentsM; ++m)
        ldmatrix_x4(fragments.a[m], stage + swizzled<Tile>(warp_row + m * 16 + lane % 16, step * 2 + lane / 16));

    // B is stored by columns: matrices 0, 1 are the two halves of k of eight columns, 2, 3 those of the next eight.
    const SharedAddress columns = stage + Traits::kStageBytesA;
#pragma unroll
    for (int n = 0; n < Traits::kFragmentsN / 2; ++n)
        ldmatrix_x4(fragments.b[n], columns + swizzled<Tile>(warp_column + n * 16 + lane % 8 + lane / 16 * 8, step * 2 + lane / 8 % 2));
}

template <class Tile> using Accumulators = float[TileTraits<Tile>::kFragmentsM][TileTraits<Tile>::kFragmentsN][4];

// Adds the bias of each column; null means none. After the loop: with the fragments alive, 128x128 would spill.
template <class Tile, bool kPaired>
__device__ __forceinline__ void add_biases(
    Accumulators<Tile>& accumulators, const Element* biases, long long expert_row, int first_output, int num_outputs, RowOrder gate, RowOrder up) {
    using Columns = ColumnMap<Tile, kPaired>;
    if (!biases) return;
#pragma unroll
    for (int n = 0; n < TileTraits<Tile>::kFragmentsN; ++n) {
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            const int fragment = n / Columns::kFragmentsPerOutput;
            const int output = first_output + Columns::first_output(fragment / Columns::kGroup) + fragment % Columns::kGroup * 2 + i;
            const RowOrder order = kPaired && n % 2 == 1 ? up : gate;
            const float bias = output < num_outputs ? unpack_low(biases[expert_row + order.offset + output * order.stride].bits) : 0.0f;
#pragma unroll
            for (int m = 0; m < TileTraits<Tile>::kFragmentsM; ++m) { accumulators[m][n][i] += bias; accumulators[m][n][2 + i] += bias; }
        }
    }
}

template <class Tile>
__device__ __forceinline__ void multiply_fragments(Accumulators<Tile>& accumulators, const Fragments<Tile>& fragments) {
#pragma unroll
    for (int m = 0; m < TileTraits<Tile>::kFragmentsM; ++m)
#pragma unroll
        for (int n = 0; n < TileTraits<Tile>::kFragmentsN; ++n)
            mma_m16n8k16(accumulators[m][n], fragments.a[m], fragments.b[n / 2][n % 2 * 2], fragments.b[n / 2][n % 2 * 2 + 1]);
}

// accumulators += the tile of a x b^T over their whole depth. All threads of the block call it together.
template <class Tile, bool kPaired>
__device__ __forceinline__ void multiply_tile(
    Accumulators<Tile>& accumulators, const RowsA<Tile>& a, const RowsB<Tile, kPaired>& b, int depth, SharedAddress shared) {
    using Traits = TileTraits<Tile>;
    constexpr int kStepOfB = Traits::kSteps > 2 ? 1 : 0;
    const int k_tiles = (depth + Tile::kTileK - 1) / Tile::kTileK;
    auto load_a = [&](int k_tile, int stage) {
        if (k_tile < k_tiles) a.load(shared + stage * Traits::kStageBytes, depth, k_tile * Tile::kTileK);
    };
    auto load_b = [&](int k_tile, int stage) {
        if (k_tile < k_tiles) b.load(shared + stage * Traits::kStageBytes + Traits::kStageBytesA, depth, k_tile * Tile::kTileK);
        cp_async_commit();  // empty groups keep the count of groups equal to the count of stages
    };

    __syncthreads();  // the previous tile's last fragments have been read
#pragma unroll
    for (int stage = 0; stage < Tile::kStages - 1; ++stage) {
        load_a(stage, stage);
        load_b(stage, stage);
    }
    cp_async_wait<Tile::kStages - 2>();
    __syncthreads();

    Fragments<Tile> fragments[2];
    load_fragments<Tile>(fragments[0], shared, 0);
    int read_stage = 0;
    for (int k_tile = 0; k_tile < k_tiles; ++k_tile) {
#pragma unroll
        for (int step = 0; step < Traits::kSteps; ++step) {
            // The stage read in the previous round is free. Two steps share the copies' addresses: fewer registers at once.
            const int free_stage = read_stage == 0 ? Tile::kStages - 1 : read_stage - 1;
            if (step == 0) load_a(k_tile + Tile::kStages - 1, free_stage);
            if (step == kStepOfB) load_b(k_tile + Tile::kStages - 1, free_stage);
            const SharedAddress current = shared + read_stage * Traits::kStageBytes;
            if (step == Traits::kSteps - 1) {
                // The next stage has landed for every thread, and nobody reads the current one any more.
                cp_async_wait<Tile::kStages - 2>();
                __syncthreads();
                read_stage = read_stage + 1 == Tile::kStages ? 0 : read_stage + 1;
                load_fragments<Tile>(fragments[(step + 1) % 2], shared + read_stage * Traits::kStageBytes, 0);
            } else {
                load_fragments<Tile>(fragments[(step + 1) % 2], current, step + 1);
            }
            multiply_fragments<Tile>(accumulators, fragments[step % 2]);
        }
    }
    cp_async_wait<0>();
}
