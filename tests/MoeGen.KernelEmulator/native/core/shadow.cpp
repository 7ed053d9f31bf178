#include "state.h"

namespace moegen {

// Two threads of one warp are ordered by a __syncwarp between them.
static bool ordered(unsigned thread, uint16_t turn) {
    return thread / kWarpSize == state.thread / kWarpSize && turn != this_warp().turn;
}

static void race(const char* what, const char* name, uint64_t offset, unsigned other, bool same_block, const void* pc) {
    report(FaultKind::data_race, pc, "data race in %s at byte %llu: %s thread %u of %s, with no barrier between", name,
           static_cast<unsigned long long>(offset), what, other, same_block ? "this block" : "another block");
}

static bool write_conflicts(const Cell& cell, uint8_t mask, bool atomic) {
    if (cell.write_epoch == 0 || (cell.write_mask & mask) == 0 || (atomic && cell.flags & kAtomicWrite)) return false;
    if (cell.write_epoch < state.block_epoch) return !is_published(cell.write_epoch, cell.write_thread);
    return cell.write_epoch == state.epoch && cell.write_thread != state.thread && !ordered(cell.write_thread, cell.write_turn);
}

static bool read_conflicts(const Cell& cell, uint8_t mask) {
    if (cell.read_epoch == 0) return false;
    if (cell.flags & kReadElsewhere || cell.read_epoch < state.block_epoch) return true;
    if (cell.read_epoch != state.epoch || (cell.read_mask & mask) == 0) return false;
    return (cell.read_thread != state.thread || cell.flags & kManyReaders) && !ordered(cell.read_thread, cell.read_turn);
}

static void note_read(Cell& cell, uint8_t mask) {
    // Earlier reads of this warp alone are behind its last __syncwarp: only later ones can conflict with a write of it.
    const bool outdated = ordered(cell.read_thread, cell.read_turn) && !(cell.flags & kManyWarps);
    if (cell.read_epoch == state.epoch && !outdated) {
        if (cell.read_thread != state.thread) cell.flags |= kManyReaders;
        if (cell.read_thread / kWarpSize != state.thread / kWarpSize) cell.flags |= kManyWarps;
        cell.read_mask |= mask;
        return;
    }
    cell.flags &= ~(kManyReaders | kManyWarps);
    if (cell.read_epoch != 0 && cell.read_epoch < state.block_epoch) cell.flags |= kReadElsewhere;
    cell.read_epoch = state.epoch;
    cell.read_thread = state.thread;
    cell.read_turn = this_warp().turn;
    cell.read_mask = mask;
}

static void note_write(Cell& cell, uint8_t mask, bool atomic) {
    const bool again = cell.write_epoch == state.epoch && cell.write_thread == state.thread;
    cell.write_mask = again ? cell.write_mask | mask : mask;
    cell.write_epoch = state.epoch;
    cell.write_thread = state.thread;
    cell.write_turn = this_warp().turn;
    cell.initialized |= mask;
    cell.flags = atomic ? cell.flags | kAtomicWrite : cell.flags & ~kAtomicWrite;
}

void check_cells(Space space, Cell* cells, uint64_t offset, unsigned bytes, Access access, const void* pc, const char* name) {
    const uint32_t stamp = space == Space::shared ? state.block_epoch : state.launch_epoch;
    const bool atomic = access == Access::atomic;
    const bool reads = access == Access::read || access == Access::prefetch;
    const uint64_t end = offset + bytes;
    for (uint64_t granule = offset / kGranule; granule * kGranule < end; ++granule) {
        Cell& cell = cells[granule];
        if (cell.stamp != stamp) {
            // What lies in global memory outlives a launch; who wrote it no longer matters.
            const uint8_t initialized = space == Space::shared ? 0 : cell.initialized;
            cell = {};
            cell.stamp = stamp;
            cell.initialized = initialized;
        }
        uint8_t mask = 15;
        if (granule * kGranule < offset) mask &= static_cast<uint8_t>(15u << (offset - granule * kGranule));
        if ((granule + 1) * kGranule > end) mask &= static_cast<uint8_t>(15u >> ((granule + 1) * kGranule - end));

        if (cell.flags & kCopyUnderWay)
            report(FaultKind::copy_under_way, pc, "%s at byte %llu: a cp.async of thread %u into it has not been waited for", name,
                   static_cast<unsigned long long>(offset), cell.write_thread);
        else if (write_conflicts(cell, mask, atomic))
            race(reads ? "read here, written by" : "written here and by", name, offset, cell.write_thread,
                 cell.write_epoch >= state.block_epoch, pc);
        else if (!reads && read_conflicts(cell, mask))
            race("written here, read by", name, offset, cell.read_thread, cell.read_epoch >= state.block_epoch, pc);
        if ((access == Access::read || atomic) && (cell.initialized & mask) != mask)
            report(FaultKind::uninitialized_read, pc, "read of %s at byte %llu, which nothing has written", name,
                   static_cast<unsigned long long>(offset));

        if (reads) note_read(cell, mask);
        else note_write(cell, mask, atomic);
    }
}

}  // namespace moegen
