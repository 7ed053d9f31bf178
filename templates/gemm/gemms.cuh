#pragma once
#include "../primitives/release.cuh"
#include "gemm1.cuh"
#include "gemm2.cuh"
// Both GEMMs in one launch, so that neither waits for the other's last tiles. A tile of GEMM2 waits until those of GEMM1 of its expert are done; by then all
// of GEMM1 have been drawn, by blocks that run. Nobody waits for GEMM2, so there each block has its first tile without drawing it: on a multiprocessor of its own.

struct GemmsArguments {
    Gemm1Arguments gemm1;
    const void* scales1[3];    // not read: of layers with quantised weights, as the next; their GEMMs have a launch each
    Gemm2Arguments gemm2;
    const void* scales2[3];
    unsigned* finishedTiles;   // [E]; GEMM1's tiles of each expert that are done; routing has zeroed it
    int runsGemm1, runsGemm2;  // whether this launch computes them; in different tiles, or with many tiles, each has a launch of its own
};
static_assert(sizeof(GemmsArguments) == 304, "the launcher passes this layout");

template <class Tile> __device__ __forceinline__ void gemms(const GemmsArguments& arguments, TileQueue& queue) {
    const Gemm1Arguments& first = arguments.gemm1;
    if (arguments.runsGemm1) {
        if (threadIdx.x == 0) {
            queue.drawn_before = 0;
            queue.ready_expert = -1;
            queue.next[1] = queue.draw(first.drawnTiles);
        }
        gemm1<Tile>(first, queue, [&](int expert) {
            __syncthreads();
            if (threadIdx.x == 0) increment_released(arguments.finishedTiles + expert, ~0u);
        });
        __syncthreads();
    }
    if (!arguments.runsGemm2) return;
    if (threadIdx.x == 0) queue.begin_with_own_tile();
    gemm2<Tile>(arguments.gemm2, queue, [&](int expert) {
        if (!arguments.runsGemm1 || expert == queue.ready_expert) return;
        if (threadIdx.x == 0) {
            constexpr int kOutputs = ColumnMap<Tile, kGated>::kTileOutputs;
            const int intermediate = kIntermediateSize ? kIntermediateSize : first.intermediateSize;
            const unsigned tiles = (first.tileStarts[expert + 1] - first.tileStarts[expert]) * ((intermediate + kOutputs - 1) / kOutputs);
            while (load_acquired(arguments.finishedTiles + expert) < tiles) {}
        }
        __syncthreads();
        if (threadIdx.x == 0) queue.ready_expert = expert;  // the barriers of multiply_tile publish it
    });
}
