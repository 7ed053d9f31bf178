#include <dlfcn.h>
#include <string.h>
#include "state.h"
#include "../kernel_table.h"

namespace moegen {

// The same layout as NativeLaunch in C#.
struct Launch {
    int32_t kernel;
    uint32_t grid, threads, dynamic_bytes;
    const void* arguments;
    const Region* regions;
    Fault* faults;
    int32_t region_count;
    int32_t max_faults;
    int32_t fault_count;  // out
    uint32_t epoch;       // in and out
    int32_t abandoned;    // out
    int32_t reserved;
};

struct NamedVariable {
    int kernel;
    SharedVariable variable;
};

static std::vector<NamedVariable> variables;

static void poison_shared() {
    memset(dynamic_memory, kPoison, state.dynamic_bytes);
    for (const SharedVariable& variable : state.variables) memset(reinterpret_cast<void*>(variable.begin), kPoison, variable.bytes);
}

}  // namespace moegen

extern "C" {

moegen_index moegen_thread_index() { return {state.thread, 0, 0}; }
moegen_index moegen_block_index() { return {state.block, 0, 0}; }
moegen_index moegen_block_size() { return {state.block_size, 1, 1}; }
moegen_index moegen_grid_size() { return {state.grid_size, 1, 1}; }

// A static shared variable of a kernel, by its address relative to the library.
__attribute__((visibility("default"))) void moegen_add_shared(int kernel, uint64_t address, uint64_t bytes, const char* name) {
    Dl_info info;
    dladdr(reinterpret_cast<void*>(&moegen_add_shared), &info);
    variables.push_back({kernel, {reinterpret_cast<uint64_t>(info.dli_fbase) + address, bytes, strdup(name)}});
}

__attribute__((visibility("default"))) int moegen_describe(int kernel, const char** name, int* argument_bytes, int* max_threads) {
    if (kernel >= moegen_kernel_count) return 0;
    *name = moegen_kernels[kernel].name;
    *argument_bytes = moegen_kernels[kernel].argument_bytes;
    *max_threads = moegen_kernels[kernel].max_threads;
    return 1;
}

// Runs the blocks of a grid one after the other, on the caller's thread; one launch at a time.
__attribute__((visibility("default"))) void moegen_launch(Launch* launch) {
    state.regions = launch->regions;
    state.region_count = launch->region_count;
    state.last_region = nullptr;
    state.faults = launch->faults;
    state.max_faults = launch->max_faults;
    state.fault_count = 0;
    state.run = moegen_kernels[launch->kernel].run;
    static char arguments[4096];
    memcpy(arguments, launch->arguments, moegen_kernels[launch->kernel].argument_bytes);
    state.arguments = arguments;
    state.block_size = launch->threads;
    state.grid_size = launch->grid;
    state.dynamic_bytes = launch->dynamic_bytes;
    state.abandoned = false;
    state.variables.clear();
    for (const NamedVariable& named : variables)
        if (named.kernel == launch->kernel) state.variables.push_back(named.variable);
    // Epochs never come again: those of global memory are the device's, those of shared variables this library's, which
    // several devices use one after the other.
    state.epoch = (launch->epoch > state.epoch ? launch->epoch : state.epoch) + 1;
    state.launch_epoch = state.epoch;
    state.publications.clear();
    for (state.block = 0; state.block < state.grid_size && !state.abandoned; ++state.block) {
        state.block_epoch = ++state.epoch;
        poison_shared();
        begin_publication();
        run_block();
        end_publication();
    }
    launch->epoch = state.epoch;
    launch->fault_count = state.fault_count;
    launch->abandoned = state.abandoned ? 1 : 0;
}

}
