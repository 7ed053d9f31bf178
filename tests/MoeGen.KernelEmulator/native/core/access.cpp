#include <stdio.h>
#include "state.h"

// The section of all static shared variables; absent where the text has none.
extern "C" {
extern unsigned char __start_moegen_shared[] __attribute__((weak, visibility("hidden")));
extern unsigned char __stop_moegen_shared[] __attribute__((weak, visibility("hidden")));
extern unsigned char __ehdr_start[] __attribute__((visibility("hidden")));
extern unsigned char _end[] __attribute__((visibility("hidden")));
}

namespace moegen {

static std::vector<Cell> section_cells;

static const Region* find_region(uint64_t address) {
    const Region* region = state.last_region;
    if (region && address - region->begin < region->bytes) return region;
    int low = 0, high = state.region_count;
    while (low < high) {
        const int middle = (low + high) / 2;
        if (state.regions[middle].begin <= address) low = middle + 1; else high = middle;
    }
    if (low == 0) return nullptr;
    return state.last_region = &state.regions[low - 1];
}

[[noreturn]] static void outside(uint64_t address, unsigned bytes, Access access, const Region* below, const void* pc) {
    const char* verb = access == Access::read ? "read" : access == Access::write ? "write" : "atomic";
    char where[128] = "far from every allocation";
    const Region* above = below ? below + 1 : state.regions;
    if (below && address - below->begin < below->bytes + 65536)
        snprintf(where, sizeof where, "at byte %lld of allocation %d, which has %llu bytes", static_cast<long long>(address - below->begin),
                 below->id, static_cast<unsigned long long>(below->bytes));
    else if (above < state.regions + state.region_count && above->begin - address < 65536)
        snprintf(where, sizeof where, "%llu bytes before allocation %d, which has %llu bytes",
                 static_cast<unsigned long long>(above->begin - address), above->id, static_cast<unsigned long long>(above->bytes));
    report(FaultKind::out_of_bounds, pc, "%s of %u bytes %s", verb, bytes, where);
    abandon();
}

static void check_static_shared(uint64_t address, unsigned bytes, Access access, const void* pc) {
    const uint64_t start = reinterpret_cast<uint64_t>(__start_moegen_shared);
    if (section_cells.empty()) section_cells.resize((__stop_moegen_shared - __start_moegen_shared + 65536) / kGranule);
    for (const SharedVariable& variable : state.variables) {
        if (address < variable.begin || address + bytes > variable.begin + variable.bytes) continue;
        const uint64_t cell = (variable.begin - start) / kGranule;
        check_cells(Space::shared, section_cells.data() + cell, address - variable.begin, bytes, access, pc, variable.name);
        return;
    }
    report(FaultKind::out_of_bounds, pc, "access of %u bytes to static shared memory outside every variable of this kernel", bytes);
    abandon();
}

void check_access(const void* pointer, unsigned bytes, unsigned alignment, Access access, const void* pc) {
    const uint64_t address = reinterpret_cast<uint64_t>(pointer);
    const uint64_t in_stacks = address - reinterpret_cast<uint64_t>(state.stacks);
    if (in_stacks < uint64_t{kMaxThreads} * kStackBytes) {
        if (in_stacks / kStackBytes != state.thread)
            report(FaultKind::foreign_stack, pc, "access to the local memory of thread %u", static_cast<unsigned>(in_stacks / kStackBytes));
        return;
    }
    if (--state.patience < 0) {
        report(FaultKind::endless, pc, "a thread runs on and on: it waits for what no other thread or block can bring");
        abandon();
    }
    if (alignment > 1 && address % alignment != 0) {
        report(FaultKind::misaligned, pc, "access of %u bytes at an address that is %llu beyond a multiple of %u", bytes,
               static_cast<unsigned long long>(address % alignment), alignment);
        abandon();
    }
    if (address >= reinterpret_cast<uint64_t>(__start_moegen_shared) && address < reinterpret_cast<uint64_t>(__stop_moegen_shared))
        return check_static_shared(address, bytes, access, pc);
    const Region* region = find_region(address);
    if (region && address - region->begin < region->bytes && region->bytes - (address - region->begin) >= bytes) {
        char name[32];
        snprintf(name, sizeof name, "allocation %d", region->id);
        check_cells(Space::global, region->cells, address - region->begin, bytes, access, pc, name);
        return;
    }
    // Constants of the text, and the launch's arguments.
    if (access == Access::read && address >= reinterpret_cast<uint64_t>(__ehdr_start) && address < reinterpret_cast<uint64_t>(_end)) return;
    outside(address, bytes, access, region, pc);
}

}  // namespace moegen
