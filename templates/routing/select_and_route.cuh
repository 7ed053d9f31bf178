#pragma once
#include "../primitives/relaxed.cuh"
#include "select_token.cuh"
#include "runs.cuh"
// From router logits to the list of tiles in one launch, for few tokens: each block chooses some tokens' experts, the one that began last sorts the
// slots of all. It waits for the others' choices alone, which have begun before it.

struct SelectAndRouteArguments {
    SelectExpertsArguments select;
    RouteArguments route;
    unsigned* begunBlocks;   // zero between launches
    unsigned* chosenExperts;  // [T * (K + S)]: a slot's id + 1 from its choice until it is sorted; zero between launches
};
static_assert(sizeof(SelectAndRouteArguments) == 256, "the launcher passes this layout");

constexpr int kChosenTokens = 4;  // tokens a block, a warp each: one for every scheduler of a multiprocessor

static_assert(kBlockSlots >= kChosenTokens * kMaxExperts, "until the sort begins, the keys have its memory of the slots");

extern "C" __global__ void __launch_bounds__(kSortThreads, 1) moe_select_and_route(const __grid_constant__ SelectAndRouteArguments arguments) {
    __shared__ SortMemory memory;
    __shared__ unsigned ticket;
    const SelectExpertsArguments& select = arguments.select;
    if (threadIdx.x == kSortThreads - 1) ticket = atomicInc(arguments.begunBlocks, gridDim.x - 1);
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, first_token = blockIdx.x * kChosenTokens, token = first_token + warp;
    const int valid = valid_tokens(select.numTokensOnDevice, select.numTokens), tokens = min(valid - first_token, kChosenTokens), num_slots = select.topK + select.numSharedExperts;
    if (select.logitParts > 1 && tokens > 0) {
        add_logit_parts<1>(select.routerLogits + static_cast<long long>(first_token) * select.numExperts, tokens * select.numExperts, threadIdx.x, kSortThreads, select);
        __syncthreads();
    }
    if (warp < tokens) {
        const int expert = select_token(memory.counted + warp * kMaxExperts, token, select);
        if (lane < num_slots) store_relaxed(arguments.chosenExperts + token * num_slots + lane, expert + 1u);
    }
    __syncthreads();
    if (ticket != gridDim.x - 1) return;
    sort_slots(memory, arguments.route, [&](int slot) {
        unsigned id;
        do id = load_relaxed(arguments.chosenExperts + slot);
        while (id == 0u);
        store_relaxed(arguments.chosenExperts + slot, 0u);
        return static_cast<int>(id) - 1;
    });
}
