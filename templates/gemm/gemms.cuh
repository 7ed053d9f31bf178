#pragma once
#include "../primitives/release.cuh"
#include "gemm1.cuh"
#include "gemm2.cuh"
// Both GEMMs in one launch, so that neither waits for the other's last tiles: a block draws tiles of GEMM1 while there are any, then of GEMM2. A tile
// of GEMM2 waits until those of GEMM1 of its expert are done. All of them have been drawn by then, by blocks that run.

struct GemmsArguments {
    Gemm1Arguments gemm1;
    const void* scales1[3];    // not read: of layers with quantised weights, as the next; their GEMMs have a launch each
    Gemm2Arguments gemm2;
    const void* scales2[3];
    unsigned* finishedTiles;   // [E]; GEMM1's tiles of each expert that are done; routing has zeroed it
    int runsGemm1, runsGemm2;  // whether this launch computes them; of different tiles each has a launch of its own
};
static_assert(sizeof(GemmsArguments) == 304, "the launcher passes this layout");

template <class Tile> __device__ __forceinline__ void gemms(const GemmsArguments& arguments, int (&next_tiles)[2]) {
    const Gemm1Arguments& first = arguments.gemm1;
    if (arguments.runsGemm1) {
        gemm1<Tile>(first, next_tiles, [&](int expert) {
            __syncthreads();
            if (threadIdx.x == 0) increment_released(arguments.finishedTiles + expert, ~0u);
        });
    }
    if (!arguments.runsGemm2) return;
    int ready_expert = -1;
    gemm2<Tile>(arguments.gemm2, next_tiles, [&](int expert) {
        if (!arguments.runsGemm1 || expert == ready_expert) return;
        ready_expert = expert;
        if (threadIdx.x == 0) {
            constexpr int kOutputs = ColumnMap<Tile, kGated>::kTileOutputs;
            const int intermediate = kIntermediateSize ? kIntermediateSize : first.intermediateSize;
            const unsigned tiles = (first.tileStarts[expert + 1] - first.tileStarts[expert]) * ((intermediate + kOutputs - 1) / kOutputs);
            while (load_acquired(arguments.finishedTiles + expert) < tiles) {}
        }
        __syncthreads();
    });
}
