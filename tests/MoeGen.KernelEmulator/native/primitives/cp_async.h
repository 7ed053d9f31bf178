#pragma once
#include "../device_calls.h"

__forceinline__ void cp_async_16(SharedAddress destination, const void* source, bool valid) {
    moegen_copy_async(destination, source, valid);
}

__forceinline__ void cp_async_commit() { moegen_copy_commit(); }

template <int kPending>
__forceinline__ void cp_async_wait() {
    moegen_copy_wait(kPending);
}
