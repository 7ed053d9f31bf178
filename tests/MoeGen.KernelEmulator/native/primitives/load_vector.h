#pragma once
#include "../device_calls.h"

__forceinline__ Vector16 load_shared_16(SharedAddress source) {
    const moegen_words4 words = moegen_load_shared(source, 16);
    return {{words.values[0], words.values[1], words.values[2], words.values[3]}};
}
