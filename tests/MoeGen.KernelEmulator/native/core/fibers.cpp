#include <sys/mman.h>
#include "state.h"

// Saves what a call must preserve, changes stacks, returns on the other one.
extern "C" void moegen_switch(void** saved, void* next);

#if defined(__x86_64__)
asm(R"(
.text
.hidden moegen_switch
.globl moegen_switch
moegen_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
)");
#else
#error "The context switch is written for x86-64."
#endif

namespace moegen {

State state;

static void run_next(void** saved);

// Bottom of every thread's stack.
static void thread_main() {
    state.run(state.arguments);
    Fiber& fiber = this_fiber();
    if (fiber.landed < fiber.copies.size())
        report(FaultKind::copy_under_way, nullptr, "the thread ends with cp.async copies that it never waited for");
    fiber.wait = Wait::exited;
    ++state.exited;
    --state.live;
    if (state.live > 0 && state.at_barrier == state.live) release_barrier();
    run_next(&fiber.stack_pointer);
    __builtin_unreachable();
}

static void prepare(Fiber& fiber) {
    void** top = reinterpret_cast<void**>(fiber.stack_low + kStackBytes - 64);
    *--top = nullptr;                                     // keeps the stack aligned as after a call
    *--top = reinterpret_cast<void*>(&thread_main);
    for (int i = 0; i < 6; ++i) *--top = nullptr;         // the saved registers
    fiber.stack_pointer = top;
    fiber.wait = Wait::ready;
    fiber.committed = 0;
    fiber.landed = 0;
    fiber.copies.clear();
}

static void run_next(void** saved) {
    unsigned warp = state.thread / kWarpSize;
    if (state.warps[warp].ready == 0) {
        state.ready_warps &= ~(1u << warp);
        if (state.ready_warps == 0) return moegen_switch(saved, state.main_stack);
        warp = __builtin_ctz(state.ready_warps);
    }
    unsigned& ready = state.warps[warp].ready;
    state.thread = warp * kWarpSize + __builtin_ctz(ready);
    ready &= ready - 1;
    state.patience = kPatience;
    moegen_switch(saved, state.fibers[state.thread].stack_pointer);
}

void yield_waiting(Wait wait, int line) {
    Fiber& fiber = this_fiber();
    fiber.wait = wait;
    fiber.line = line;
    run_next(&fiber.stack_pointer);
}

void abandon() {
    state.abandoned = true;
    void* never;
    moegen_switch(&never, state.main_stack);
    __builtin_unreachable();
}

static void report_deadlock() {
    unsigned example[4] = {~0u, ~0u, ~0u, ~0u}, counts[4] = {};
    for (unsigned i = 0; i < state.block_size; ++i) {
        const int wait = static_cast<int>(state.fibers[i].wait);
        if (counts[wait]++ == 0) example[wait] = i;
    }
    const unsigned stuck = example[2] != ~0u ? example[2] : example[1];
    state.thread = stuck;
    report_line(FaultKind::deadlock, state.fibers[stuck].line,
                "deadlock: %u threads wait at a block barrier, %u in a warp collective (first: thread %u, line %d), %u have ended", counts[1],
                counts[2], stuck, state.fibers[stuck].line, counts[3]);
}

void run_block() {
    if (!state.stacks) {
        state.stacks = static_cast<char*>(
            mmap(nullptr, size_t{kMaxThreads} * kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
        for (unsigned i = 0; i < kMaxThreads; ++i) state.fibers[i].stack_low = state.stacks + size_t{i} * kStackBytes;
    }
    state.ready_warps = 0;
    for (unsigned i = 0; i < state.block_size; ++i) prepare(state.fibers[i]);
    for (unsigned first = 0; first < state.block_size; first += kWarpSize) {
        const unsigned lanes = state.block_size - first;
        Warp& warp = state.warps[first / kWarpSize];
        warp.ready = lanes >= kWarpSize ? ~0u : (1u << lanes) - 1;
        warp.pending = 0;
        warp.turn = 0;
        state.ready_warps |= 1u << (first / kWarpSize);
    }
    state.live = state.block_size;
    state.at_barrier = state.exited = 0;
    state.thread = 0;
    run_next(&state.main_stack);
    if (!state.abandoned && state.live > 0) {
        report_deadlock();
        state.abandoned = true;
    }
}

}  // namespace moegen
