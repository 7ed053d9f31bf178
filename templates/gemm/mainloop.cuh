#pragma once
#include "../primitives/ldmatrix.cuh"
#include "weight_rows.cuh"
// The multi-stage pipeline: cp.async ahead by kStages - 1 stages, ldmatrix ahead by one step, tensor cores behind.

template <class Tile> struct Fragments {
    unsigned a[TileTraits<Tile>::kFragmentsM][4];
    unsigned b[TileTraits<Tile>::kFragmentsN / 2][4];  // two n8 fragments each
};

// Where this lane reads the fragments of step 0 of its warp's tile, relative to the stage. The swizzle's XOR makes a later
// step's place this one XOR step * 32: the bits of a step lie above those of its two chunks and below those of a row.
template <class Tile> struct FragmentPlaces {
    unsigned a, b;
    __device__ __forceinline__ FragmentPlaces() {
        using Traits = TileTraits<Tile>;
        const int lane = threadIdx.x % 32;
        // A: matrices 0..3 are rows 0-7 and 8-15 of the left, then of the right eight columns.
        a = swizzled<Tile>(Traits::fragment_row(0) + lane % 16, lane / 16);
        // B is stored by columns: matrices 0, 1 are the two halves of k of eight columns, 2, 3 those of the next eight.
        b = Traits::kStageBytesA + swizzled<Tile>(Traits::warp_n() * Traits::kWarpTileN + lane % 8 + lane / 16 * 8, lane / 8 % 2);
    }
};

// The fragments of one step of this warp's tile, of kActive of its m16 fragments.
template <class Tile, int kActive>
__device__ __forceinline__ void load_fragments(Fragments<Tile>& fragments, const FragmentPlaces<Tile>& places, SharedAddress stage, int step) {
    constexpr int kBytes = 16 * TileTraits<Tile>::kRowBytes;
#pragma unroll
    for (int m = 0; m < kActive; ++m) ldmatrix_x4(fragments.a[m], stage + (places.a ^ step * 32) + m * Tile::kWarpsM * kBytes);
#pragma unroll
    for (int n = 0; n < TileTraits<Tile>::kFragmentsN / 2; ++n) ldmatrix_x4(fragments.b[n], stage + (places.b ^ step * 32) + n * kBytes);
}

template <class Tile, class Number = float> using Accumulators = Number[TileTraits<Tile>::kFragmentsM][TileTraits<Tile>::kFragmentsN][4];

// Adds the bias of each column; null means none. After the loop: with the fragments alive, 128x128 would spill.
template <class Tile, bool kPaired>
__device__ __forceinline__ void add_biases(
    Accumulators<Tile>& accumulators, const Element* biases, long long expert_row, int first_output, int num_outputs, RowOrder gate, RowOrder up) {
    using Columns = ColumnMap<Tile, kPaired>;
    if (!biases) return;
#pragma unroll
    for (int column = 0; column < TileTraits<Tile>::kFragmentsN * 2; ++column) {
        const int n = column / 2, i = column % 2, fragment = n / Columns::kFragmentsPerOutput;
        const int output = first_output + Columns::first_output(fragment / Columns::kGroup) + fragment % Columns::kGroup * 2 + i;
        const RowOrder order = kPaired && n % 2 == 1 ? up : gate;
        const float bias = output < num_outputs ? unpack_low(biases[expert_row + order.offset + output * order.stride].bits) : 0.0f;
#pragma unroll
        for (int m = 0; m < TileTraits<Tile>::kFragmentsM; ++m) { accumulators[m][n][i] += bias; accumulators[m][n][2 + i] += bias; }
    }
}

// The stages of one tile, copied one after the other.
template <class Tile, bool kPaired> struct StageCopies {
    using Traits = TileTraits<Tile>;
    static constexpr int kPassesA = RowsA<Tile>::Loader::kPasses;
    static constexpr int kPasses = kPassesA + RowsB<Tile, kPaired>::Loader::kPasses;
    RowsA<Tile> a;
    RowsB<Tile, kPaired> b;
    int depth_left;  // from the next stage on; a multiple of 8, so that a chunk is inside or beyond as a whole
    // Passes [begin, end) of the next stage.
    __device__ __forceinline__ void copy(SharedAddress stage, int begin, int end) const {
        const bool in_depth = RowsA<Tile>::Loader::thread_depth() < depth_left;
        // Constant bounds: with [begin, end) as such the compiler unrolls some of these loops in part only.
#pragma unroll
        for (int pass = 0; pass < kPasses; ++pass) {
            if (pass < begin || pass >= end) continue;
            if (pass < kPassesA) a.copy(stage, pass, in_depth);
            else b.copy(stage + Traits::kStageBytesA, pass - kPassesA, in_depth);
        }
    }
    __device__ __forceinline__ void advance() {
        a.cursor += Traits::kRowBytes;
#ifdef MOE_CODES
        b.advance();
#else
        b.cursor += Traits::kRowBytes;
#endif
        depth_left -= Tile::kTileK;
        cp_async_commit();
    }
#ifdef MOE_DEPTH_SPLITS
    // The same of a part of the depth, from `begin` on.
    __device__ __forceinline__ StageCopies part(int begin, int depth) const {
        StageCopies copies = *this;
        copies.a.cursor += begin * sizeof(Operand);
        copies.b.cursor += begin * sizeof(Operand);
        copies.depth_left = min(depth, depth_left - begin);
        return copies;
    }
#endif
    // Begins the first kStages - 1 stages. All threads of the block call it together, when nobody reads the stages.
    __device__ __forceinline__ void fill_pipeline(SharedAddress shared) {
#ifdef MOE_CODES
        b.fetch();
#endif
        for (int stage = 0; stage < Tile::kStages - 1; ++stage) {
            copy(shared + stage * Traits::kStageBytes, 0, kPasses);
            advance();
        }
    }
};

// accumulators += the tile of a x b^T over the depth of `copies`, whose pipeline has been filled; m16 fragments without one of the
// `rows` are left out, down to half of them. All threads of the block call it together; afterwards nobody reads the stages.
template <class Tile, int kActive = TileTraits<Tile>::kFragmentsM, class Copies>
__device__ __forceinline__ void multiply_tile(Accumulators<Tile, Sum>& accumulators, Copies& copies, int rows, SharedAddress shared) {
    using Traits = TileTraits<Tile>;
    if constexpr (kActive > (Traits::kFragmentsM + 1) / 2)
        if (rows <= (kActive - 1) * Tile::kWarpsM * 16) return multiply_tile<Tile, kActive - 1>(accumulators, copies, rows, shared);
    // The last step waits for the next stage; flat tiles wait for memory, so they copy all in the first.
    constexpr int kCopySteps = Tile::kTileM <= 32 ? 1 : Traits::kSteps - 1;
    const FragmentPlaces<Tile> places;
    cp_async_wait<Tile::kStages - 2>();
    __syncthreads();
    Fragments<Tile> fragments[2];
    load_fragments<Tile, kActive>(fragments[0], places, shared, 0);
    SharedAddress current = shared, free = shared + (Tile::kStages - 1) * Traits::kStageBytes;
    for (int left = copies.depth_left + (Tile::kStages - 1) * Tile::kTileK; left > 0; left -= Tile::kTileK) {
#pragma unroll
        for (int step = 0; step < Traits::kSteps; ++step) {
            // The stage read in the previous round is free; its copies are spread over the steps, among the multiplications.
            if (step < kCopySteps) copies.copy(free, step * copies.kPasses / kCopySteps, (step + 1) * copies.kPasses / kCopySteps);
            if (step < Traits::kSteps - 1) {
                load_fragments<Tile, kActive>(fragments[(step + 1) % 2], places, current, step + 1);
            } else {
                // The next stage has landed for every thread, and nobody reads the current one any more.
                copies.advance();
                cp_async_wait<Tile::kStages - 2>();
                __syncthreads();
                free = current;
                current = current + Traits::kStageBytes == shared + Tile::kSharedMemoryBytes ? shared : current + Traits::kStageBytes;
                load_fragments<Tile, kActive>(fragments[(step + 1) % 2], places, current, 0);
            }
#pragma unroll
            for (int m = 0; m < kActive; ++m)
#pragma unroll
                for (int n = 0; n < Traits::kFragmentsN; ++n)
                    mma(accumulators[m][n], fragments[step % 2].a[m], fragments[step % 2].b[n / 2][n % 2 * 2], fragments[step % 2].b[n / 2][n % 2 * 2 + 1]);
        }
    }
    cp_async_wait<0>();
    __syncthreads();
}
