#include "state.h"

namespace moegen {

void release_barrier() {
    if (state.exited > 0)
        report(FaultKind::barrier_divergence, nullptr, "%u threads wait at a block barrier and %u have ended", state.at_barrier, state.exited);
    ++state.epoch;
    state.at_barrier = 0;
    for (unsigned i = 0; i < state.block_size; ++i) {
        if (state.fibers[i].wait != Wait::barrier) continue;
        state.fibers[i].wait = Wait::ready;
        state.warps[i / kWarpSize].ready |= 1u << i % kWarpSize;
        state.ready_warps |= 1u << i / kWarpSize;
    }
}

}  // namespace moegen

extern "C" void moegen_barrier(int line) {
    using namespace moegen;
    static int first_line;
    if (state.at_barrier == 0) first_line = line;
    else if (line != first_line)
        report_line(FaultKind::barrier_divergence, line, "thread %u waits at the barrier of line %d, others at that of line %d", state.thread,
                    line, first_line);
    if (++state.at_barrier < state.live) return yield_waiting(Wait::barrier, line);
    release_barrier();
}
