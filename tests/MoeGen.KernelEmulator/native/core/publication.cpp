#include <algorithm>
#include "state.h"
// How blocks of one launch pass on what they have written: all writers __threadfence, a barrier, an atomic of one thread; or a barrier and
// a release of one thread. Who has got that atomic's news by one of its own, and fenced, may read.

namespace moegen {

void begin_publication() {
    std::fill_n(state.fenced, state.block_size, 0u);
    std::fill_n(state.published, state.block_size, 0u);
    state.has_atomic = state.has_fence = state.has_unpublished = state.acquired = false;
}

void publish() {
    state.has_atomic = true;
    // A thread that waits publishes again and again what it has.
    if (!state.has_fence || (!state.has_unpublished && state.publisher == state.thread && state.publication_epoch == state.epoch)) return;
    state.has_unpublished = false;
    state.publisher = state.thread;
    state.publication_epoch = state.epoch;
    // Fences of other threads count where a barrier lies between.
    for (unsigned thread = 0; thread < state.block_size; ++thread)
        if (thread == state.thread || state.fenced[thread] < state.epoch) state.published[thread] = state.fenced[thread];
}

void end_publication() {
    if (std::any_of(state.published, state.published + state.block_size, [](uint32_t epoch) { return epoch != 0; }))
        state.publications.push_back({state.block_epoch, state.epoch, {state.published, state.published + state.block_size}});
}

bool is_published(uint32_t epoch, unsigned thread) {
    return state.acquired && std::any_of(state.publications.begin(), state.publications.end(), [=](const Publication& publication) {
        return epoch >= publication.begin && epoch <= publication.end && epoch <= publication.until[thread];
    });
}

}  // namespace moegen

extern "C" void moegen_fence() {
    using namespace moegen;
    state.has_fence = true;
    state.has_unpublished |= state.fenced[state.thread] != state.epoch;
    state.fenced[state.thread] = state.epoch;
    state.acquired |= state.has_atomic;
}

// Before an atomic of this thread: what the block wrote before its last barrier, and this thread until now, goes with it.
extern "C" void moegen_release() {
    using namespace moegen;
    state.has_fence = true;
    for (unsigned thread = 0; thread < state.block_size; ++thread) {
        const uint32_t epoch = thread == state.thread ? state.epoch : state.epoch - 1;
        if (state.fenced[thread] < epoch) state.fenced[thread] = epoch;
    }
    state.has_unpublished = true;
}
