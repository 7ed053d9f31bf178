#pragma once
#include "../blocks/last_block.cuh"
#include "select_token.cuh"
#include "runs.cuh"
// From router logits to the list of tiles in one launch, for few tokens: each block chooses some tokens' experts, the one that is done
// last sorts the slots of all.

struct SelectAndRouteArguments {
    SelectExpertsArguments select;
    RouteArguments route;
    unsigned* arrivedBlocks;  // zero between launches
};
static_assert(sizeof(SelectAndRouteArguments) == 248, "the launcher passes this layout");

constexpr int kChosenTokens = 4;  // tokens a block, a warp each: one for every scheduler of a multiprocessor

extern "C" __global__ void __launch_bounds__(kSortThreads, 1) moe_select_and_route(const __grid_constant__ SelectAndRouteArguments arguments) {
    __shared__ SortedRuns runs;
    __shared__ bool is_last;
    // Until the sort counts, its counters' memory holds the keys.
    const int warp = threadIdx.x / 32, token = blockIdx.x * kChosenTokens + warp;
    if (warp < kChosenTokens && token < valid_tokens(arguments.select.numTokensOnDevice, arguments.select.numTokens))
        select_token(reinterpret_cast<unsigned*>(runs.counts) + warp * kMaxExperts, token, arguments.select);
    if (gridDim.x == 1) __syncthreads();
    else if (!is_last_block(is_last, arguments.arrivedBlocks, gridDim.x)) return;
    sort_slots(runs, arguments.route);
}
