#pragma once
#include "../device_calls.h"

__forceinline__ void cp_async_16(SharedAddress destination, const void* source, bool valid) {
    moegen_copy_async(destination, source, 16, valid);
}

__forceinline__ void cp_async_cached_16(SharedAddress destination, const void* source, bool valid) {
    moegen_copy_async(destination, source, 16, valid);
}

__forceinline__ void cp_async_4(SharedAddress destination, const void* source, bool valid) {
    moegen_copy_async(destination, source, 4, valid);
}

__forceinline__ void cp_async_commit() { moegen_copy_commit(); }

template <int kPending>
__forceinline__ void cp_async_wait() {
    moegen_copy_wait(kPending);
}
