#pragma once
#include <stdint.h>

namespace moegen {

// The same numbers as FaultKind in C#.
enum class FaultKind : int32_t {
    out_of_bounds = 1,
    misaligned = 2,
    uninitialized_read = 3,
    data_race = 4,
    copy_under_way = 5,
    barrier_divergence = 6,
    collective_mismatch = 7,
    deadlock = 8,
    foreign_stack = 9,
    endless = 10,
    undefined_behaviour = 11,
};

// The same layout as NativeFault in C#.
struct Fault {
    int32_t kind;
    uint32_t block;
    uint32_t thread;
    int32_t count;  // how often, where the same fault came from the same place
    uint64_t pc;    // relative to the library; 0 where unknown
    int32_t line;   // of the text; 0 where unknown
    int32_t reserved;
    char text[256];
};

__attribute__((format(printf, 3, 4))) void report(FaultKind kind, const void* pc, const char* format, ...);
__attribute__((format(printf, 3, 4))) void report_line(FaultKind kind, int line, const char* format, ...);

}  // namespace moegen
