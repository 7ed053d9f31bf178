#pragma once
#include "../device_calls.h"

__forceinline__ void store_shared(SharedAddress destination, const Vector16& vector) {
    moegen_store_shared(destination, {{vector.words[0], vector.words[1], vector.words[2], vector.words[3]}});
}
