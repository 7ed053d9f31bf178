#pragma once
#include "../config/config.cuh"
#include "../primitives/memory.cuh"
// What follows from a tile's constants, and the assumptions that the kernels make.

template <class Tile> struct TileTraits {
    static constexpr int kWarpTileM = Tile::kTileM / Tile::kWarpsM;     // rows a warp
    static constexpr int kWarpTileN = Tile::kTileN / Tile::kWarpsN;     // accumulator columns a warp
    static constexpr int kFragmentsM = kWarpTileM / 16;                 // m16 fragments a warp
    static constexpr int kFragmentsN = kWarpTileN / 8;                  // n8 fragments a warp
    static constexpr int kSteps = Tile::kTileK * sizeof(Operand) / 32;  // 32-byte steps of depth a stage: one mma each
    static constexpr int kRowBytes = Tile::kTileK * sizeof(Operand);    // one row of a stage in shared memory
    static constexpr int kChunks = kRowBytes / 16;                      // 16-byte chunks a row
    static constexpr int kStageBytesA = Tile::kTileM * kRowBytes;
    static constexpr int kStageBytes = kStageBytesA + Tile::kTileN * kRowBytes;
    // Four neighbouring warps, one for each scheduler, share their rows. A warp's m16 fragments alternate with those of the
    // other warps, so that a tile with few rows keeps all warps busy.
    static __device__ __forceinline__ int warp_n() { return static_cast<int>(threadIdx.x) / 32 % Tile::kWarpsN; }
    static __device__ __forceinline__ int fragment_row(int m) { return (m * Tile::kWarpsM + static_cast<int>(threadIdx.x) / 32 / Tile::kWarpsN) * 16; }
    static_assert(Tile::kThreads == 32 * Tile::kWarpsM * Tile::kWarpsN, "one warp a warp tile");
    static_assert(kWarpTileM % 16 == 0 && kWarpTileM * Tile::kWarpsM == Tile::kTileM, "M divides into m16 fragments");
    static_assert(kWarpTileN % 32 == 0 && kWarpTileN * Tile::kWarpsN == Tile::kTileN, "N divides into two pairs of n8 fragments");
    static_assert(kChunks == 4 || kChunks == 8 || kChunks == 16, "the swizzle is written for 64, 128 and 256 bytes of depth");
    static_assert(Tile::kStages >= 2, "a pipeline needs two stages");
    static_assert(Tile::kSharedMemoryBytes == Tile::kStages * kStageBytes, "the launcher asks for this much shared memory");
};

// Byte offset of a 16-byte chunk in a tile of rows. The XOR spreads eight consecutive rows over all 32 banks, so that
// neither cp.async nor ldmatrix conflicts.
template <class Tile> __device__ __forceinline__ unsigned swizzled(int row, int chunk) {
    const int phase = TileTraits<Tile>::kChunks >= 8 ? row & 7 : (row >> 1) & 3;
    return static_cast<unsigned>(row * TileTraits<Tile>::kRowBytes + (chunk ^ phase) * 16);
}
