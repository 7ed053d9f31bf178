#pragma once
// Which tile comes next: a persistent grid draws all tiles of all experts in turn, neighbours in time share rows and columns.

struct TileCoordinates {
    int expert;
    int row_begin;  // first sorted row of the tile
    int row_end;    // one past the last sorted row of its expert
    int column;     // N-tile
#ifdef MOE_DEPTH_SPLITS
    int split;      // part of the depth
#endif
};

constexpr unsigned kRasterRows = 16;  // M-tiles that share an N-tile in L2 before the next N-tile

struct TileSchedule {
    const int *expert_offsets, *tile_starts;  // [E + 1]
    const int* tile_experts;    // [M-tiles]
    int* drawn_tiles;           // tiles drawn so far; routing has zeroed it
    int num_experts;
    int column_tiles;           // N-tiles an expert
#ifdef MOE_DEPTH_SPLITS
    int log_splits;             // of the parts that the depth is divided into, each drawn by itself
    __device__ __forceinline__ int size() const { return tile_starts[num_experts] * column_tiles << log_splits; }
#else
    // Fits 32 bits: even tiles of 16 x 64 make fewer than 2^31 of the activated rows that a GPU's memory holds.
    __device__ __forceinline__ int size() const { return tile_starts[num_experts] * column_tiles; }
#endif
    // Experts own consecutive ranges of M-tiles x N-tiles; inside, M runs fastest within a band of kRasterRows M-tiles.
    // Without signs: these divisions stand between a tile and the loads of the next.
    __device__ __forceinline__ TileCoordinates at(unsigned index, int tile_m) const {
#ifdef MOE_DEPTH_SPLITS
        const int split = static_cast<int>(index & (1u << log_splits) - 1u);
        index >>= log_splits;
#endif
        const unsigned columns = column_tiles;
        const int expert = tile_experts[index / columns];
        const unsigned first = tile_starts[expert], row_tiles = tile_starts[expert + 1] - first, local = index - first * columns;
        const unsigned band = local / (kRasterRows * columns), in_band = local - band * kRasterRows * columns;
        const unsigned band_rows = min(kRasterRows, row_tiles - band * kRasterRows), column = in_band / band_rows;
        const int row = (band * kRasterRows + in_band - column * band_rows) * tile_m;
#ifdef MOE_DEPTH_SPLITS
        return {expert, expert_offsets[expert] + row, expert_offsets[expert + 1], static_cast<int>(column << log_splits) | split, 0};
#else
        return {expert, expert_offsets[expert] + row, expert_offsets[expert + 1], static_cast<int>(column)};
#endif
    }
#ifdef MOE_DEPTH_SPLITS
    // `at` leaves the part in the column's lowest bits: while a tile is multiplied, every register counts.
    __device__ __forceinline__ TileCoordinates part_of(TileCoordinates tile) const {
        const int column = tile.column >> log_splits;
        tile.split = tile.column - (column << log_splits);
        tile.column = column;
        return tile;
    }
#endif
};
