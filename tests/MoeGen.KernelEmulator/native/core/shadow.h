#pragma once
#include <stdint.h>

namespace moegen {

constexpr unsigned kGranule = 4;  // bytes a cell

// What is known of four bytes. Epochs count block barriers of all blocks of all launches, so that none repeats.
struct Cell {
    uint32_t stamp;        // first epoch of the block (shared) or launch (global) that the rest belongs to
    uint32_t write_epoch;  // 0: not written
    uint32_t read_epoch;   // 0: not read
    uint16_t write_thread, read_thread;
    uint16_t write_turn, read_turn;  // __syncwarp count of the thread's warp
    uint8_t write_mask, read_mask;   // bytes
    uint8_t initialized;             // bytes
    uint8_t flags;
};
static_assert(sizeof(Cell) == 24, "C# allocates cells");

constexpr uint8_t kCopyUnderWay = 1;     // cp.async issued, not waited for
constexpr uint8_t kAtomicWrite = 2;      // the last write
constexpr uint8_t kManyReaders = 4;      // several threads in read_epoch
constexpr uint8_t kReadElsewhere = 8;    // read by a block before that of read_epoch
constexpr uint8_t kManyWarps = 16;       // several warps in read_epoch

// An allocation of the emulated device; the same layout as NativeRegion in C#.
struct Region {
    uint64_t begin;
    uint64_t bytes;
    Cell* cells;
    int32_t id;
    char name[20];
};

enum class Space { shared, global };
enum class Access { read, write, atomic, prefetch };  // prefetch: a read whose value may never be used

// Reports races and uninitialised reads of [offset, offset + bytes) of the memory that `cells` describes.
void check_cells(Space space, Cell* cells, uint64_t offset, unsigned bytes, Access access, const void* pc, const char* name);


// Every plain access of kernel code: finds what it touches, checks it; ends the launch where it cannot be carried out.
void check_access(const void* address, unsigned bytes, unsigned alignment, Access access, const void* pc);

}  // namespace moegen
