#pragma once
#include "../device_calls.h"

__forceinline__ void store_shared(SharedAddress destination, const Vector16& vector) {
    moegen_store_shared(destination, {{vector.words[0], vector.words[1], vector.words[2], vector.words[3]}}, 16);
}

__forceinline__ void store_shared_4(SharedAddress destination, unsigned word) { moegen_store_shared(destination, {{word}}, 4); }
