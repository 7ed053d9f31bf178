#pragma once
// Default configuration, so that every template compiles alone. The generator supplies its own text in place of this file.
#include "../primitives/bf16.cuh"
#include "../activation/swiglu.cuh"
#include "../routing/methods/chosen_softmax.cuh"

constexpr int kHiddenSize = 0;        // H; 0: given at run time
constexpr int kIntermediateSize = 0;  // I; 0: given at run time
constexpr int kTopK = 0;              // K; 0: given at run time
constexpr int kNumExperts = 0;        // E; 0: given at run time

struct DefaultTile {
    static constexpr int kTileM = 128;                // rows (expanded tokens) a block
    static constexpr int kTileN = 128;                // accumulator columns a block
    static constexpr int kTileK = 64;                 // elements of depth a stage
    static constexpr int kStages = 3;                 // software-pipeline depth
    static constexpr int kWarpsM = 2;                 // warps along M
    static constexpr int kWarpsN = 2;                 // warps along N
    static constexpr int kThreads = 128;              // threads a block
    static constexpr int kSharedMemoryBytes = 98304;  // dynamic shared memory a block, bytes
    static constexpr int kMinBlocksPerSm = 2;         // blocks a multiprocessor asked of the register allocator
};
