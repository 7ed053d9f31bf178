#pragma once
// How the core calls a kernel of the text: the wrapper that includes the text lists its kernels in a table of these.

struct moegen_kernel {
    const char* name;
    int argument_bytes;
    int max_threads;  // of __launch_bounds__
    void (*run)(const void* arguments);
};

extern "C" const moegen_kernel moegen_kernels[];
extern "C" const int moegen_kernel_count;

namespace moegen {
template <auto kKernel>
struct Entry;

template <class Arguments, void (*kKernel)(Arguments)>
struct Entry<kKernel> {
    static constexpr int kArgumentBytes = sizeof(Arguments);
    static void run(const void* arguments) { kKernel(*static_cast<const Arguments*>(arguments)); }
};
}  // namespace moegen

#define MOEGEN_KERNEL(name, max_threads) \
    { #name, moegen::Entry<&name>::kArgumentBytes, max_threads, &moegen::Entry<&name>::run }
