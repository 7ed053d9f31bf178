#pragma once
#include <vector>
#include "../device_calls.h"
#include "fault.h"
#include "shadow.h"

namespace moegen {

constexpr unsigned kMaxThreads = 1024;             // a block
constexpr unsigned kWarpSize = 32;
constexpr unsigned kStackBytes = 64 * 1024;        // a thread
constexpr unsigned kMaxDynamicBytes = 232448;      // dynamic shared memory of a block, on the largest device
constexpr unsigned kDynamicBase = 1024;            // its address in the shared window: 0 is no address
constexpr unsigned char kPoison = 0xff;            // makes a NaN in bf16, fp16 and fp32 that no conversion makes
constexpr unsigned kPoisonFragment = 0x80808080u;  // what ldmatrix brings of memory that nothing has written: neither elements nor codes that kernels make
constexpr int64_t kPatience = 300'000'000;         // accesses of a thread between two rendezvous

enum class Wait : uint8_t { ready, barrier, warp, exited };

struct Copy {
    uint32_t offset;  // in dynamic shared memory
    uint32_t group;
    uint32_t size;
    unsigned char bytes[16];
};

// One CUDA thread.
struct Fiber {
    void* stack_pointer;
    char* stack_low;
    Wait wait;
    int line;
    uint32_t committed;  // cp.async groups closed
    size_t landed;       // copies of `copies` that have landed
    std::vector<Copy> copies;
};

enum class Collective : int { shuffle, match, ballot, sync, ldmatrix, mma };

struct Lane {
    unsigned mask;
    Collective kind;
    int line;
    unsigned in[10];
    unsigned out[4];
};

struct Warp {
    unsigned ready;    // lanes that can run
    unsigned pending;  // lanes that wait in a collective
    uint16_t turn;     // __syncwarp count
    Lane lanes[kWarpSize];
};

// What a block that has ended made visible to later ones: of each thread, its writes up to an epoch.
struct Publication {
    uint32_t begin, end;  // epochs of the block
    std::vector<uint32_t> until;
};

struct SharedVariable {
    uint64_t begin;
    uint64_t bytes;
    const char* name;
};

struct State {
    Fiber fibers[kMaxThreads];
    Warp warps[kMaxThreads / kWarpSize];
    unsigned ready_warps;  // warps with ready lanes
    unsigned thread, block, block_size, grid_size;
    unsigned live, at_barrier, exited;
    uint32_t epoch, block_epoch, launch_epoch;
    int64_t patience;
    bool abandoned;
    uint32_t fenced[kMaxThreads];     // epoch of each thread's last __threadfence in this block
    uint32_t published[kMaxThreads];  // the same when the block's last atomic came: later blocks may see what was written before
    bool has_fence, has_atomic, acquired;  // this block has used a __threadfence; an atomic; a __threadfence after one
    bool has_unpublished;                  // some have fenced since the last atomic
    uint32_t publisher, publication_epoch; // thread and epoch of that atomic
    std::vector<Publication> publications;
    void* main_stack;
    char* stacks;
    unsigned dynamic_bytes;
    std::vector<SharedVariable> variables;  // of this kernel
    const Region* regions;
    int region_count;
    const Region* last_region;
    Fault* faults;
    int max_faults, fault_count;
    void (*run)(const void*);
    const void* arguments;
};

extern State state;
extern unsigned char dynamic_memory[kMaxDynamicBytes];
extern Cell dynamic_cells[kMaxDynamicBytes / kGranule];

inline unsigned lane_index() { return state.thread % kWarpSize; }
inline Warp& this_warp() { return state.warps[state.thread / kWarpSize]; }
inline Fiber& this_fiber() { return state.fibers[state.thread]; }

// Ends the launch at once: what follows would touch memory that is not the kernel's.
[[noreturn]] void abandon();

// Gives way to the next thread that can run.
void yield_waiting(Wait wait, int line);

// All threads that still run have reached the barrier.
void release_barrier();

// Runs one block to its end, to a deadlock or to a fault that ends the launch.
void run_block();

// A block begins, or has ended, in what blocks tell each other.
void begin_publication();
void end_publication();

// This thread uses an atomic, which tells what its block has fenced.
void publish();

// Whether this block may rely on what another one wrote.
bool is_published(uint32_t epoch, unsigned thread);

// Completes the cp.async groups of this thread but the last `pending`.
void land_copies(unsigned pending);

}  // namespace moegen
