#include "state.h"

namespace moegen {

static const char* name_of(Collective kind) {
    static const char* const names[] = {"a shuffle", "__match_any_sync", "a vote", "__syncwarp", "ldmatrix", "mma"};
    return names[static_cast<int>(kind)];
}

// All lanes of the mask meet; the last to come computes for all. The caller has filled its lane's `in`.
template <class Complete>
static void meet(Collective kind, int line, unsigned mask, Complete complete) {
    Warp& warp = this_warp();
    const unsigned bit = 1u << lane_index();
    Lane& lane = warp.lanes[lane_index()];
    lane.mask = mask;
    lane.kind = kind;
    lane.line = line;
    if ((mask & bit) == 0) {
        report_line(FaultKind::collective_mismatch, line, "lane %u calls %s with mask %08x, in which it is not", lane_index(), name_of(kind), mask);
        abandon();
    }
    warp.pending |= bit;
    if ((warp.pending & mask) != mask) return yield_waiting(Wait::warp, line);
    for (unsigned other = 0; other < kWarpSize; ++other) {
        if ((mask >> other & 1) == 0) continue;
        const Lane& theirs = warp.lanes[other];
        if (theirs.mask == mask && theirs.kind == kind) continue;
        report_line(FaultKind::collective_mismatch, line, "lane %u is in %s with mask %08x, lane %u in %s with mask %08x (line %d)", lane_index(),
                    name_of(kind), mask, other, name_of(theirs.kind), theirs.mask, theirs.line);
        abandon();
    }
    complete(warp);
    warp.pending &= ~mask;
    warp.ready |= mask & ~bit;
    if (warp.ready) state.ready_warps |= 1u << state.thread / kWarpSize;
    const unsigned first = state.thread - lane_index();
    for (unsigned other = 0; other < kWarpSize; ++other)
        if (mask >> other & 1) state.fibers[first + other].wait = Wait::ready;
}

static Lane& own_lane() { return this_warp().lanes[lane_index()]; }

// Lane whose value a lane gets (PTX ISA: shfl.sync); itself where the other is out of its segment.
static unsigned source_lane(int operation, unsigned lane, int argument, int width) {
    const int segment = static_cast<int>(lane) / width * width, within = static_cast<int>(lane) % width;
    switch (operation) {
        case 0: return segment + (argument & (width - 1));
        case 1: return within - argument >= 0 ? lane - argument : lane;
        case 2: return within + argument < width ? lane + argument : lane;
        default: return static_cast<int>(lane ^ argument) < segment + width ? lane ^ argument : lane;
    }
}

}  // namespace moegen

using namespace moegen;

extern "C" {

unsigned moegen_shuffle(int line, int operation, unsigned mask, unsigned bits, int argument, int width) {
    Lane& own = own_lane();
    const unsigned source = source_lane(operation, lane_index(), argument, width);
    own.in[0] = bits;
    own.in[1] = source;
    if ((mask >> source & 1) == 0)
        report_line(FaultKind::collective_mismatch, line, "a shuffle takes the value of lane %u, which mask %08x leaves out", source, mask);
    meet(Collective::shuffle, line, mask, [mask](Warp& warp) {
        for (unsigned lane = 0; lane < kWarpSize; ++lane)
            if (mask >> lane & 1) warp.lanes[lane].out[0] = warp.lanes[warp.lanes[lane].in[1]].in[0];
    });
    return own.out[0];
}

unsigned moegen_match_any(int line, unsigned mask, unsigned bits) {
    own_lane().in[0] = bits;
    meet(Collective::match, line, mask, [mask](Warp& warp) {
        for (unsigned lane = 0; lane < kWarpSize; ++lane) {
            warp.lanes[lane].out[0] = 0;
            for (unsigned other = 0; other < kWarpSize; ++other)
                if (mask >> lane & mask >> other & 1 && warp.lanes[lane].in[0] == warp.lanes[other].in[0]) warp.lanes[lane].out[0] |= 1u << other;
        }
    });
    return own_lane().out[0];
}

unsigned moegen_ballot(int line, unsigned mask, int predicate) {
    own_lane().in[0] = predicate;
    meet(Collective::ballot, line, mask, [mask](Warp& warp) {
        unsigned votes = 0;
        for (unsigned lane = 0; lane < kWarpSize; ++lane) votes |= (mask >> lane & warp.lanes[lane].in[0] & 1) << lane;
        for (unsigned lane = 0; lane < kWarpSize; ++lane)
            if (mask >> lane & 1) warp.lanes[lane].out[0] = votes;
    });
    return own_lane().out[0];
}

void moegen_sync_warp(int line, unsigned mask) {
    meet(Collective::sync, line, mask, [](Warp& warp) { ++warp.turn; });
}

}
