#pragma once
#include "../device_calls.h"

__forceinline__ unsigned load_shared_4(SharedAddress source) { return moegen_load_shared(source, 4).values[0]; }

__forceinline__ WordPair load_shared_8(SharedAddress source) {
    const moegen_words4 words = moegen_load_shared(source, 8);
    return {{words.values[0], words.values[1]}};
}
