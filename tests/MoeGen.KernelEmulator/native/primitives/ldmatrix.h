#pragma once
#include "../device_calls.h"

__forceinline__ void ldmatrix_x4(unsigned (&fragment)[4], SharedAddress row) {
    const moegen_words4 words = moegen_ldmatrix_x4(row);
    for (int i = 0; i < 4; ++i) fragment[i] = words.values[i];
}
