#include <string.h>
#include "state.h"

namespace moegen {

alignas(1024) unsigned char dynamic_memory[kMaxDynamicBytes];
Cell dynamic_cells[kMaxDynamicBytes / kGranule];

// Offset in dynamic shared memory of 16 bytes at a shared address, checked.
static unsigned shared_offset(unsigned address, Access access, const void* pc) {
    const unsigned offset = address - kDynamicBase;
    if (address % 16 != 0) {
        report(FaultKind::misaligned, pc, "16 bytes of dynamic shared memory at byte %d, which is no multiple of 16", static_cast<int>(offset));
        abandon();
    }
    if (address < kDynamicBase || offset + 16 > state.dynamic_bytes) {
        report(FaultKind::out_of_bounds, pc, "16 bytes at byte %d of dynamic shared memory, which has %u bytes", static_cast<int>(offset),
               state.dynamic_bytes);
        abandon();
    }
    check_cells(Space::shared, dynamic_cells, offset, 16, access, pc, "dynamic shared memory");
    return offset;
}

void land_copies(unsigned pending) {
    Fiber& fiber = this_fiber();
    for (; fiber.landed < fiber.copies.size(); ++fiber.landed) {
        const Copy& copy = fiber.copies[fiber.landed];
        if (copy.group + pending >= fiber.committed) break;
        memcpy(dynamic_memory + copy.offset, copy.bytes, 16);
        for (unsigned granule = copy.offset / kGranule; granule < (copy.offset + 16) / kGranule; ++granule) {
            Cell& cell = dynamic_cells[granule];
            cell.flags &= ~kCopyUnderWay;
            cell.write_epoch = state.epoch;
            cell.write_thread = state.thread;
            cell.write_turn = this_warp().turn;
            cell.write_mask = cell.initialized = 15;
        }
    }
    if (fiber.landed == fiber.copies.size()) {
        fiber.copies.clear();
        fiber.landed = 0;
    }
}

}  // namespace moegen

extern "C" {

unsigned moegen_dynamic_shared_memory() { return kDynamicBase; }

void moegen_store_shared(unsigned destination, moegen_words4 words) {
    memcpy(moegen::dynamic_memory + moegen::shared_offset(destination, moegen::Access::write, __builtin_return_address(0)), words.values, 16);
}

void moegen_copy_async(unsigned destination, const void* source, bool valid) {
    const void* pc = __builtin_return_address(0);
    Copy copy = {};
    if (valid) {
        check_access(source, 16, 16, Access::read, pc);
        memcpy(copy.bytes, source, 16);
    }
    copy.offset = shared_offset(destination, Access::write, pc);
    copy.group = this_fiber().committed;

    // From now to the landing nobody knows what lies there.
    memset(dynamic_memory + copy.offset, kPoison, 16);
    for (unsigned granule = copy.offset / kGranule; granule < (copy.offset + 16) / kGranule; ++granule)
        dynamic_cells[granule].flags |= kCopyUnderWay;
    this_fiber().copies.push_back(copy);
}

void moegen_copy_commit() { ++this_fiber().committed; }

void moegen_copy_wait(int pending) { land_copies(static_cast<unsigned>(pending)); }

}
