#pragma once
#include "../routing/runs.cuh"
#include "quantize_row.cuh"
// The sort of a small input and the quantisation of its tokens, which wait for nothing of each other, in one launch.

struct RouteAndQuantizeArguments {
    RouteArguments route;
    QuantizeArguments quantize;
};
static_assert(sizeof(RouteAndQuantizeArguments) == 240, "the launcher passes this layout");

constexpr int kQuantizedRows = kSortThreads / kQuantizeThreads;  // tokens a block, whose 64 registers a thread hold four vectors of a row

// The first block sorts, the others quantise.
extern "C" __global__ void __launch_bounds__(kSortThreads, 1) moe_route_and_quantize(const __grid_constant__ RouteAndQuantizeArguments arguments) {
    __shared__ SortMemory memory;
    __shared__ unsigned warp_values[kSortThreads / 32];
    if (blockIdx.x == 0) {
        sort_slots(memory, arguments.route, [&](int slot) { return arguments.route.tokenSelectedExperts[slot]; });
        return;
    }
    const QuantizeArguments& quantize = arguments.quantize;
    const long long token = (blockIdx.x - 1LL) * kQuantizedRows + threadIdx.x / kQuantizeThreads;
    quantize_row<4, kQuantizeThreads>(quantize, token, token < valid_tokens(quantize.numTokensOnDevice, quantize.numTokens), quantize.calibrated ? quantize.calibrated[0] : 0.0f, warp_values);
}
