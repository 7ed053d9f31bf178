#include "state.h"

// What -fsanitize=thread calls at every plain load and store of the text; no part of libtsan is linked.
using namespace moegen;

#define MOEGEN_HOOKS(bytes) \
    void __tsan_read##bytes(void* p) { check_access(p, bytes, bytes, Access::read, __builtin_return_address(0)); } \
    void __tsan_write##bytes(void* p) { check_access(p, bytes, bytes, Access::write, __builtin_return_address(0)); } \
    void __tsan_unaligned_read##bytes(void* p) { check_access(p, bytes, 1, Access::read, __builtin_return_address(0)); } \
    void __tsan_unaligned_write##bytes(void* p) { check_access(p, bytes, 1, Access::write, __builtin_return_address(0)); } \
    void __tsan_volatile_read##bytes(void* p) { check_access(p, bytes, bytes, Access::read, __builtin_return_address(0)); } \
    void __tsan_volatile_write##bytes(void* p) { check_access(p, bytes, bytes, Access::write, __builtin_return_address(0)); }

extern "C" {

MOEGEN_HOOKS(1)
MOEGEN_HOOKS(2)
MOEGEN_HOOKS(4)
MOEGEN_HOOKS(8)
MOEGEN_HOOKS(16)

void __tsan_read_range(void* p, unsigned long bytes) { check_access(p, bytes, 1, Access::read, __builtin_return_address(0)); }
void __tsan_write_range(void* p, unsigned long bytes) { check_access(p, bytes, 1, Access::write, __builtin_return_address(0)); }
void __tsan_vptr_update(void**, void*) {}
void __tsan_vptr_read(void**) {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void __tsan_init() {}

void* __tsan_memcpy(void* to, const void* from, unsigned long bytes) {
    check_access(from, bytes, 1, Access::read, __builtin_return_address(0));
    check_access(to, bytes, 1, Access::write, __builtin_return_address(0));
    return __builtin_memcpy(to, from, bytes);
}

void* __tsan_memmove(void* to, const void* from, unsigned long bytes) {
    check_access(from, bytes, 1, Access::read, __builtin_return_address(0));
    check_access(to, bytes, 1, Access::write, __builtin_return_address(0));
    return __builtin_memmove(to, from, bytes);
}

void* __tsan_memset(void* to, int value, unsigned long bytes) {
    check_access(to, bytes, 1, Access::write, __builtin_return_address(0));
    return __builtin_memset(to, value, bytes);
}

unsigned moegen_atomic(int operation, unsigned* address, unsigned operand, unsigned compare) {
    check_access(address, 4, 4, Access::atomic, __builtin_return_address(0));
    publish();
    const unsigned old = *address;
    switch (operation) {
        case 0: *address = old + operand; break;
        case 1: *address = __builtin_bit_cast(unsigned, __builtin_bit_cast(float, old) + __builtin_bit_cast(float, operand)); break;
        case 2: *address = static_cast<int>(old) < static_cast<int>(operand) ? operand : old; break;
        case 3: *address = operand; break;
        case 5: *address = old >= operand ? 0 : old + 1; break;
        default: *address = old == compare ? operand : old; break;
    }
    return old;
}

}
