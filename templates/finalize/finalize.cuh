#pragma once
#include "../config/config.cuh"
#include "../primitives/memory.cuh"
#include "../routing/local_expert.cuh"
#include "../routing/token_count.cuh"
// output[t] = sum over k of scale[t, k] * expertOutput[t * K + k], in the order of k, in fp32.

struct FinalizeArguments {
    const Element* expertOutput;      // [T * K, H], in slot order, or in sorted order where slotRows is given
    const int* slotRows;              // [T * K]; sorted row of each slot; null means slot order
    const Element* fc2ExpertBiases;   // [E, H]; null where there is none or GEMM2 has added it
    const int* tokenSelectedExperts;  // [T * K]; ids without a local expert contribute nothing
    LocalExperts localExperts;        // from ids to experts 0..E-1
    const float* tokenFinalScales;    // [T * K]; null means 1
    Element* output;                  // [T, H]; every row is written
    const int* numTokensOnDevice;     // rows of tokens from this on are zeros; null means T
    int numTokens, topK, hiddenSize, reserved;  // T, K and H, a multiple of 8
};
static_assert(sizeof(FinalizeArguments) == 96, "the launcher passes this layout");

constexpr int kFinalizeThreads = 256;  // threads a block; one block a token

extern "C" __global__ void __launch_bounds__(kFinalizeThreads) moe_finalize(const __grid_constant__ FinalizeArguments arguments) {
    const long long token = blockIdx.x;
    const int hidden = kHiddenSize ? kHiddenSize : arguments.hiddenSize;
    const int top_k = token >= valid_tokens(arguments.numTokensOnDevice, arguments.numTokens) ? 0 : kTopK ? kTopK : arguments.topK;
    for (int column = threadIdx.x * 8; column < hidden; column += kFinalizeThreads * 8) {
        float sums[8] = {};
        for (int k = 0; k < top_k; ++k) {
            const long long slot = token * top_k + k;
            const int expert = local_expert(arguments.tokenSelectedExperts[slot], arguments.localExperts);
            if (expert < 0) continue;
            const float scale = arguments.tokenFinalScales ? arguments.tokenFinalScales[slot] : 1.0f;
            const long long row = arguments.slotRows ? arguments.slotRows[slot] : slot;
            const Vector16 output = *reinterpret_cast<const Vector16*>(arguments.expertOutput + row * hidden + column);
            const Element* biases = arguments.fc2ExpertBiases;
            const Vector16 bias = biases ? *reinterpret_cast<const Vector16*>(biases + static_cast<long long>(expert) * hidden + column) : Vector16{};
#pragma unroll
            for (int word = 0; word < 4; ++word) {
                sums[2 * word] = fmaf(scale, unpack_low(output.words[word]) + unpack_low(bias.words[word]), sums[2 * word]);
                sums[2 * word + 1] = fmaf(scale, unpack_high(output.words[word]) + unpack_high(bias.words[word]), sums[2 * word + 1]);
            }
        }
        Vector16 result;
#pragma unroll
        for (int word = 0; word < 4; ++word) result.words[word] = pack_elements(sums[2 * word], sums[2 * word + 1]);
        *reinterpret_cast<Vector16*>(arguments.output + token * hidden + column) = result;
    }
}
