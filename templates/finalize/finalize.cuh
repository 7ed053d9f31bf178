#pragma once
#include "../config/config.cuh"
#include "../primitives/memory.cuh"
#include "../routing/local_expert.cuh"
// output[t] = sum over k of scale[t, k] * expertOutput[t * K + k], in the order of k, in fp32.

struct FinalizeArguments {
    const Element* expertOutput;      // [T * K, H]
    const int* tokenSelectedExperts;  // [T * K]; ids without a local expert contribute nothing
    LocalExperts localExperts;        // from ids to experts 0..E-1
    const float* tokenFinalScales;    // [T * K]; null means 1
    Element* output;                  // [T, H]; every row is written
    int numTokens;                    // T
    int topK;                         // K
    int hiddenSize;                   // H, a multiple of 8
    int reserved;
};
static_assert(sizeof(FinalizeArguments) == 72, "the launcher passes this layout");

constexpr int kFinalizeThreads = 256;  // threads a block; one block a token

extern "C" __global__ void __launch_bounds__(kFinalizeThreads) moe_finalize(const __grid_constant__ FinalizeArguments arguments) {
    const long long token = blockIdx.x;
    const int hidden = kHiddenSize ? kHiddenSize : arguments.hiddenSize;
    const int top_k = kTopK ? kTopK : arguments.topK;
    for (int column = threadIdx.x * 8; column < hidden; column += kFinalizeThreads * 8) {
        float sums[8] = {};
        for (int k = 0; k < top_k; ++k) {
            const long long slot = token * top_k + k;
            if (local_expert(arguments.tokenSelectedExperts[slot], arguments.localExperts) < 0) continue;
            const float scale = arguments.tokenFinalScales ? arguments.tokenFinalScales[slot] : 1.0f;
            const Vector16 row = *reinterpret_cast<const Vector16*>(arguments.expertOutput + slot * hidden + column);
#pragma unroll
            for (int word = 0; word < 4; ++word) {
                sums[2 * word] = fmaf(scale, unpack_low(row.words[word]), sums[2 * word]);
                sums[2 * word + 1] = fmaf(scale, unpack_high(row.words[word]), sums[2 * word + 1]);
            }
        }
        Vector16 result;
#pragma unroll
        for (int word = 0; word < 4; ++word) result.words[word] = pack_elements(sums[2 * word], sums[2 * word + 1]);
        *reinterpret_cast<Vector16*>(arguments.output + token * hidden + column) = result;
    }
}
