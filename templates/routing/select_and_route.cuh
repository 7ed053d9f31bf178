#pragma once
#include "select_token.cuh"
#include "runs.cuh"
#include "scan.cuh"
// From router logits to the list of tiles in one block, for few tokens: the choice of experts, then the sort of their slots.

struct SelectAndRouteArguments {
    SelectExpertsArguments select;
    RouteArguments route;
};
static_assert(sizeof(SelectAndRouteArguments) == 224, "the launcher passes this layout");

extern "C" __global__ void __launch_bounds__(kSortThreads, 1) moe_select_and_route(const __grid_constant__ SelectAndRouteArguments arguments) {
    __shared__ SortedRuns runs;
    // One warp a token; until the sort counts, its counters' memory holds the keys.
    const int warp = threadIdx.x / 32, words = (arguments.select.numExperts + 31) / 32 * 32, warps = min(kSortThreads / 32, kWarpCounts / words);
    const int tokens = valid_tokens(arguments.select.numTokensOnDevice, arguments.select.numTokens);
    for (int token = warp; warp < warps && token < tokens; token += warps) {
        select_token(reinterpret_cast<unsigned*>(runs.counts) + warp * words, token, arguments.select);
        __syncwarp();  // the next token's keys take the place of this one's
    }
    __syncthreads();
    runs.first_rows[threadIdx.x] = write_offsets(arguments.route, count_runs(runs, arguments.route, 0, arguments.route.valid_slots()), runs.warp_sums);
    __syncthreads();
    walk_run(runs, arguments.route, 0, arguments.route.valid_slots(), true);
}
