#include <string.h>
#include "state.h"

namespace moegen {

alignas(1024) unsigned char dynamic_memory[kMaxDynamicBytes];
Cell dynamic_cells[kMaxDynamicBytes / kGranule];

// Offset in dynamic shared memory of so many bytes at a shared address, checked.
static unsigned shared_offset(unsigned address, unsigned bytes, Access access, const void* pc) {
    const unsigned offset = address - kDynamicBase;
    if (address % bytes != 0) {
        report(FaultKind::misaligned, pc, "%u bytes of dynamic shared memory at byte %d, which is no multiple of that", bytes, static_cast<int>(offset));
        abandon();
    }
    if (address < kDynamicBase || offset + bytes > state.dynamic_bytes) {
        report(FaultKind::out_of_bounds, pc, "%u bytes at byte %d of dynamic shared memory, which has %u bytes", bytes, static_cast<int>(offset),
               state.dynamic_bytes);
        abandon();
    }
    check_cells(Space::shared, dynamic_cells, offset, bytes, access, pc, "dynamic shared memory");
    return offset;
}

void land_copies(unsigned pending) {
    Fiber& fiber = this_fiber();
    for (; fiber.landed < fiber.copies.size(); ++fiber.landed) {
        const Copy& copy = fiber.copies[fiber.landed];
        if (copy.group + pending >= fiber.committed) break;
        memcpy(dynamic_memory + copy.offset, copy.bytes, copy.size);
        for (unsigned granule = copy.offset / kGranule; granule < (copy.offset + copy.size) / kGranule; ++granule) {
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

void moegen_store_shared(unsigned destination, moegen_words4 words, unsigned bytes) {
    const unsigned offset = moegen::shared_offset(destination, bytes, moegen::Access::write, __builtin_return_address(0));
    memcpy(moegen::dynamic_memory + offset, words.values, bytes);
}

moegen_words4 moegen_load_shared(unsigned source, unsigned bytes) {
    moegen_words4 words = {};
    const unsigned offset = moegen::shared_offset(source, bytes, moegen::Access::read, __builtin_return_address(0));
    memcpy(words.values, moegen::dynamic_memory + offset, bytes);
    return words;
}

void moegen_copy_async(unsigned destination, const void* source, unsigned bytes, bool valid) {
    const void* pc = __builtin_return_address(0);
    Copy copy = {};
    if (valid) {
        check_access(source, bytes, bytes, Access::read, pc);
        memcpy(copy.bytes, source, bytes);
    }
    copy.offset = shared_offset(destination, bytes, Access::write, pc);
    copy.group = this_fiber().committed;
    copy.size = bytes;

    // From now to the landing nobody knows what lies there.
    memset(dynamic_memory + copy.offset, kPoison, bytes);
    for (unsigned granule = copy.offset / kGranule; granule < (copy.offset + bytes) / kGranule; ++granule)
        dynamic_cells[granule].flags |= kCopyUnderWay;
    this_fiber().copies.push_back(copy);
}

void moegen_copy_commit() { ++this_fiber().committed; }

void moegen_copy_wait(int pending) { land_copies(static_cast<unsigned>(pending)); }

}
