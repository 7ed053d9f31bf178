#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "state.h"

namespace moegen {

static uint64_t library_base() {
    static const uint64_t base = [] {
        Dl_info info;
        return dladdr(reinterpret_cast<void*>(&library_base), &info) ? reinterpret_cast<uint64_t>(info.dli_fbase) : 0;
    }();
    return base;
}

static void add(FaultKind kind, uint64_t pc, int line, const char* format, va_list arguments) {
    for (int i = 0; i < state.fault_count; ++i) {
        Fault& known = state.faults[i];
        if (known.kind == static_cast<int32_t>(kind) && known.pc == pc && known.line == line) {
            ++known.count;
            return;
        }
    }
    if (state.fault_count == state.max_faults) return;
    Fault& fault = state.faults[state.fault_count++];
    fault = {static_cast<int32_t>(kind), state.block, state.thread, 1, pc, line, 0, {}};
    vsnprintf(fault.text, sizeof fault.text, format, arguments);
}

void report(FaultKind kind, const void* pc, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    add(kind, pc ? reinterpret_cast<uint64_t>(pc) - library_base() : 0, 0, format, arguments);
    va_end(arguments);
}

void report_line(FaultKind kind, int line, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    add(kind, 0, line, format, arguments);
    va_end(arguments);
}

}  // namespace moegen
