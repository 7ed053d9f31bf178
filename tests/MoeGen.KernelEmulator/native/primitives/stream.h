#pragma once
#include "../device_calls.h"

__forceinline__ Vector16 load_streamed(const void* source, bool valid) {
    Vector16 vector = {};
    if (valid) vector = *static_cast<const Vector16*>(source);
    return vector;
}
