#pragma once
#include "row_loader.cuh"
// Which output column each accumulator column computes. Weight rows are fetched one by one, so that any order costs the
// same: this one gives every thread 8 (or 4) consecutive outputs, hence 16-byte stores, and puts gate and up of one output
// into the same thread's registers.

template <class Tile, bool kPaired> struct ColumnMap {
    using Traits = TileTraits<Tile>;
    static constexpr int kFragmentsPerOutput = kPaired ? 2 : 1;                             // n8 fragments: gate and up, or one
    static constexpr int kOutputFragments = Traits::kFragmentsN / kFragmentsPerOutput;      // a warp
    static constexpr int kGroup = kOutputFragments % 4 == 0 ? 4 : 2;                        // fragments whose columns interleave
    static constexpr int kOutputsPerThread = 2 * kGroup;                                    // consecutive outputs of a group
    static constexpr int kWarpOutputs = Traits::kWarpTileN / kFragmentsPerOutput;
    static constexpr int kTileOutputs = Tile::kTileN / kFragmentsPerOutput;
    static_assert(kOutputFragments % kGroup == 0, "a warp's fragments divide into groups");
    // First of the kOutputsPerThread consecutive outputs of this thread in a group, relative to the tile.
    static __device__ __forceinline__ int first_output(int group) {
        return Traits::warp_n() * kWarpOutputs + group * 8 * kGroup + threadIdx.x % 4 * kOutputsPerThread;
    }
    // The output of a row of the B tile, relative to the tile: a permutation of the row's bits (less the one that tells gate
    // from up), so that output_of(x + y) = output_of(x) + output_of(y) where x and y share no bits.
    static __device__ __forceinline__ constexpr int output_of(int tile_row) {
        const int fragment = tile_row % Traits::kWarpTileN / 8 / kFragmentsPerOutput;
        return tile_row / Traits::kWarpTileN * kWarpOutputs + fragment / kGroup * 8 * kGroup + tile_row % 8 / 2 * kOutputsPerThread
            + fragment % kGroup * 2 + tile_row % 2;
    }
    static __device__ __forceinline__ constexpr bool is_up(int tile_row) { return kPaired && tile_row / 8 % 2 == 1; }
};

// Weight row of output j: offset + j * stride.
struct RowOrder { int offset, stride; };
