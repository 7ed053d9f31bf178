#pragma once
#include "../config/config.cuh"
#include "../primitives/memory.cuh"
// Input rows in sorted order, for GEMMs that cannot gather: permuted[row] = input[sortedSlots[row] / K].

struct PermuteArguments {
    const Element* input;      // [T, H]
    Element* permuted;         // [rows, H]; written
    const int* expertOffsets;  // [E + 1]; the last entry is the number of rows
    const int* sortedSlots;    // slot of each sorted row
    int numExperts;            // E
    int topK;                  // K
    int hiddenSize;            // H, a multiple of 8
    int reserved;
};
static_assert(sizeof(PermuteArguments) == 48, "the launcher passes this layout");

constexpr int kPermuteThreads = 256;  // threads a block; one block a row

extern "C" __global__ void __launch_bounds__(kPermuteThreads) moe_permute(const __grid_constant__ PermuteArguments arguments) {
    const long long row = blockIdx.x;
    if (row >= arguments.expertOffsets[arguments.numExperts]) return;
    const int hidden = kHiddenSize ? kHiddenSize : arguments.hiddenSize;
    const long long token = arguments.sortedSlots[row] / (kTopK ? kTopK : arguments.topK);
    for (int column = threadIdx.x * 8; column < hidden; column += kPermuteThreads * 8)
        *reinterpret_cast<Vector16*>(arguments.permuted + row * hidden + column) =
            *reinterpret_cast<const Vector16*>(arguments.input + token * hidden + column);
}
