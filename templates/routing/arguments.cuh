#pragma once
#include "local_expert.cuh"
#include "token_count.cuh"
// A slot is one (token, k) pair, numbered token * K + k. A sorted row is the place of a slot in expert order.

struct RouteArguments {
    const int* tokenSelectedExperts;  // [T * K]; ids without a local expert are dropped
    LocalExperts localExperts;        // from ids to experts 0..E-1
    int* chunkCounts;                 // [numChunks, E]; scratch
    int* expertOffsets;               // [E + 1]; first sorted row of each expert
    int* tileStarts[2];               // of GEMM1's tiles, and of GEMM2's where they differ: [E + 1]; first M-tile of each expert, then how many there are
    int* tileExperts[2];              // expert of each M-tile
    int* drawnTiles;                  // [2 + E]; zeroed for GEMM1 and GEMM2, and behind them for the tiles of each expert that GEMM1 finishes
    int* sortedSlots;                 // slot of each sorted row
    int* slotRows;                    // [T * K]; sorted row of each slot; null where nobody reads it
    const int* numTokensOnDevice;     // slots of tokens from this on are dropped; null means T
    int numTokens, topK;              // T, K
    int tileM[2];                     // rows an M-tile; second 0: GEMM2 takes GEMM1's tiles
    int numChunks, slotsPerChunk;     // chunks of the count and place passes, one block each
    __device__ __forceinline__ int valid_slots() const { return valid_tokens(numTokensOnDevice, numTokens) * topK; }
};
static_assert(sizeof(RouteArguments) == 136, "the launcher passes this layout");
constexpr int kMaxExperts = 1024;   // E at most
constexpr int kSortThreads = 1024;  // threads a block: one an expert
constexpr unsigned kFullWarp = 0xffffffffu;
