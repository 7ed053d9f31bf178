#pragma once
#include "../device_calls.h"

__forceinline__ void increment_released(unsigned* counter, unsigned last) {
    moegen_release();
    atomicInc(counter, last);
}

__forceinline__ unsigned load_acquired(const unsigned* counter) {
    const unsigned count = atomicAdd(const_cast<unsigned*>(counter), 0u);
    moegen_fence();
    return count;
}
