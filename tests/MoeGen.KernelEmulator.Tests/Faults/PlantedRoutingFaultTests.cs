using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Mistakes in top-k and in the counting sort: each is seen.</summary>
public sealed class PlantedRoutingFaultTests
{
    private static readonly PlantedFault[] SortFaults =
    [
        new("counts that are not cleared", "i += kSortThreads) memory.counts[i] = 0;", "i += kSortThreads) {}", FaultKind.UninitializedRead),
        new("barrier missing after the clearing", "memory.counts[i] = 0;\n        __syncthreads();\n", "memory.counts[i] = 0;\n", FaultKind.DataRace),
        new("barrier missing after the counting", "(experts[i] & 0xffff);\n            }\n        }\n        __syncthreads();\n", "(experts[i] & 0xffff);\n            }\n        }\n", FaultKind.DataRace),
        new("barrier missing before the rows are placed", "memory.warp_sums);\n    __syncthreads();\n", "memory.warp_sums);\n", FaultKind.DataRace),
        new("barrier missing before the rows of a chunk are placed", "num_local + expert];\n    __syncthreads();\n", "num_local + expert];\n", FaultKind.DataRace),
        new("warps that share counters", "memory.counts + threadIdx.x / 32 * arguments.localExperts.num_local", "memory.counts", FaultKind.DataRace),
        new("counters read while they are written", "                __syncwarp();\n                if (experts[i] >= 0 && below", "                if (experts[i] >= 0 && below", FaultKind.DataRace),
        new("counters of the turn before", "+ __popc(peers);\n                __syncwarp();\n", "+ __popc(peers);\n", FaultKind.DataRace),
        new("barrier missing in the scan", "warp_sums[list][warp] = next;\n        __syncthreads();\n", "warp_sums[list][warp] = next;\n", FaultKind.DataRace),
        new("warps of the scan that are left out", "before < warp ? warp_sums", "before < warp - 1 ? warp_sums", FaultKind.DataRace),
        new("barrier that one warp reaches only", "warp_sums[list][warp] = next;\n        __syncthreads();\n", "warp_sums[list][warp] = next;\n        if (warp == 0) __syncthreads();\n", FaultKind.BarrierDivergence),
        new("counters that are not summed", "sum += counts[i], ++i", "++i", FaultKind.DataRace),
        new("counters of the warps beyond the first eight", "begin < rows; begin += 8", "begin < min(rows, 8); begin += 8", FaultKind.DataRace),
        new("shuffle mask without a lane", "__shfl_up_sync(kFullWarp, next", "__shfl_up_sync(kFullWarp >> 1, next", FaultKind.CollectiveMismatch),
        new("shuffle in a branch that diverges", "            const long long other = __shfl_up_sync(kFullWarp, next, distance);\n            if (expert % 32 >= distance) next += other;", "            if (expert % 32 >= distance) next += __shfl_up_sync(kFullWarp, next, distance);", FaultKind.Deadlock),
        new("rank that counts the slot itself", "(before + __popc(below)) << 16", "(before + __popc(below) + 1) << 16", FaultKind.UninitializedRead),
        new("chunks that share rows", "arguments.expertOffsets[expert] + arguments.chunkCounts[static_cast<long long>(blockIdx.x) * num_local + expert]", "arguments.expertOffsets[expert]", FaultKind.DataRace),
        new("tile of the expert before", "arguments.tileExperts[list][tile] = expert;", "arguments.tileExperts[list][tile] = max(0, expert - 1);", FaultKind.UninitializedRead),
        new("two threads that write the first offset", "if (expert == 0) arguments.expertOffsets[0]", "if (expert < 2) arguments.expertOffsets[0]", FaultKind.DataRace),
        new("draws that are not zeroed", "if (expert < 2) arguments.drawnTiles[expert] = 0;", "", FaultKind.UninitializedRead),
        new("shared array too short", "int counts[1 << kLogWarpCounts];", "int counts[1 << (kLogWarpCounts - 6)];", FaultKind.OutOfBounds),
    ];

    private static readonly PlantedFault[] SelectFaults =
    [
        new("lane that leaves before the shuffles", "if (token >= valid_tokens(", "if (threadIdx.x % 32 == 31 || token >= valid_tokens(", FaultKind.Deadlock),
        new("keys of another warp", "select_token(keys[threadIdx.x / 32], token", "select_token(keys[0], token", FaultKind.DataRace),
        new("token beyond the last", "if (token >= valid_tokens(arguments.numTokensOnDevice, arguments.numTokens)) return;", "", FaultKind.OutOfBounds),
        new("choice that is not taken out", "if (expert == i * 32 + lane) held[i] = kTakenKey;", "{}", null),
        new("scales that are not divided", "weight / warp_sum(weight)", "weight", null),
        new("keys read before they are written", "keys[key_place(first_expert + i * 32)] = held[i];", "if (first_expert > 3) keys[key_place(first_expert + i * 32)] = held[i];", FaultKind.UninitializedRead),
        new("barrier missing after the keys", "has_nan);\n    __syncwarp();\n", "has_nan);\n", FaultKind.DataRace),
        new("best of half of what a lane holds", "distance < kHeldRows; distance *= 2", "distance < kHeldRows / 2; distance *= 2", null),
    ];

    // In the launch that chooses and sorts.
    private static readonly PlantedFault[] FusedFaults =
    [
        new("choices read where they are not passed on", "id = load_relaxed(arguments.chosenExperts + slot);", "id = arguments.route.tokenSelectedExperts[slot] + 1u;", FaultKind.DataRace),
        new("choices that never come", "if (lane < num_slots) store_relaxed(arguments.chosenExperts + token * num_slots + lane", "if (lane < num_slots - 1) store_relaxed(arguments.chosenExperts + token * num_slots + lane", FaultKind.Endless),
        new("sort before the others have begun", "if (ticket != gridDim.x - 1) return;", "if (ticket != 0) return;", FaultKind.Endless),
        new("ticket read before it is drawn", "    __syncthreads();\n    if (ticket", "    if (ticket", FaultKind.DataRace),
        new("tickets that stay", "atomicInc(arguments.begunBlocks, gridDim.x - 1)", "atomicAdd(arguments.begunBlocks, 1u)", null),
        new("choices that stay", "store_relaxed(arguments.chosenExperts + slot, 0u);", "", null),
        new("keys of another warp's token", "memory.counted + warp * kMaxExperts", "memory.counted", FaultKind.DataRace),
        new("token beyond the last of the launch", "tokens = min(valid - first_token, kChosenTokens)", "tokens = kChosenTokens", FaultKind.OutOfBounds),
        new("warps that choose the next block's tokens", "if (warp < tokens) {", "if (warp < 2 * tokens) {", FaultKind.DataRace),
    ];

    private static readonly PlantedFault[] LogitFaults =
    [
        new("what the nearest numbers leave, left out", "mma_tf32(parts[m][n], finite[m], rest[0], rest[1]);", "", null),
        new("infinite input times what may be zero", "(value & 0x7f800000u) == 0x7f800000u ? 0u : value", "value", null),
        new("barrier missing between the halves", "% kLogitFragments][i % 4];\n    __syncthreads();\n", "% kLogitFragments][i % 4];\n", FaultKind.DataRace),
        new("both halves the same steps", "chunk = half * 4 + threadIdx.x % 4", "chunk = threadIdx.x % 4", null),
        new("inputs beyond the last token", "token < tokens && begin", "begin", FaultKind.OutOfBounds),
        new("weights beyond the last row", "row < rows && begin", "begin", FaultKind.OutOfBounds),
        new("depth beyond the part", "min(begin + arguments.partDepth, hidden)", "hidden", null),
        new("parts in the same place", "static_cast<long long>(part) * arguments.numTokens + first_token", "0LL + first_token", FaultKind.DataRace),
        new("other half of another lane", "other_half[warp_token / 32][i][lane];", "other_half[warp_token / 32][i][lane ^ 1];", null),
        new("stage read before it has landed", "cp_async_wait<kLogitStages - 2>();\n            __syncthreads();\n", "__syncthreads();\n", FaultKind.CopyUnderWay),
        new("stage filled while it is read", "cp_async_wait<kLogitStages - 2>();\n            __syncthreads();\n", "cp_async_wait<kLogitStages - 2>();\n", FaultKind.DataRace),
        new("inputs of another chunk", "first_token + i * 8 + row, chunk)", "first_token + i * 8 + row, chunk ^ 1)", null),
    ];

    // Where the choice of experts adds up the parts of the logits.
    private static readonly PlantedFault[] PartFaults =
    [
        new("parts that are not added up", "if (select.logitParts > 1 && tokens", "if (select.logitParts > 99 && tokens", null),
        new("parts of the token before", "stride = static_cast<long long>(arguments.numTokens) * arguments.numExperts;", "stride = static_cast<long long>(arguments.numTokens - 1) * arguments.numExperts;", FaultKind.DataRace),
    ];

    public static TheoryData<int> LogitNumbers => [.. Enumerable.Range(0, LogitFaults.Length)];

    public static TheoryData<int> PartNumbers => [.. Enumerable.Range(0, PartFaults.Length)];

    [Theory, MemberData(nameof(LogitNumbers))]
    public void Is_caught_in_the_linear_layer(int number) => LogitFaults[number].AssertCaught(
        (device, options) => RouterLogitsTests.Check<PlantedRoutedLayer, Half>(device.Context, options, 21, 35, 200, gate: true, parts: 2));

    [Theory, MemberData(nameof(PartNumbers))]
    public void Is_caught_where_logits_have_parts(int number) => PartFaults[number].AssertCaught((device, options) =>
    {
        var check = new BlockCheck<PlantedRoutedLayer, Half>(new RouterCase(RoutingMethod.SoftmaxTopKRenormalized, 40, 8, 2), 520, 16, Fc1Layout.Plain);
        using var layer = new PlantedRoutedLayer(device.Context, check.Weights, options);
        var output = new Half[check.Data.Input.Length];
        layer.ForwardBlock(check.Data.Input, check.Router, output);
        check.AssertOutput(output, 40);
    });

    public static TheoryData<int> SortNumbers => [.. Enumerable.Range(0, SortFaults.Length)];

    public static TheoryData<int> SelectNumbers => [.. Enumerable.Range(0, SelectFaults.Length)];

    public static TheoryData<int> FusedNumbers => [.. Enumerable.Range(0, FusedFaults.Length)];

    // Several chunks, so that the sort takes its three passes, and the one-block sort with runs of more than one turn.
    [Theory, MemberData(nameof(SortNumbers))]
    public void Is_caught_in_the_sort(int number) => SortFaults[number].AssertCaught((device, options) =>
    {
        foreach (int tokens in (int[])[2100, 900])
        {
            var data = new Data<BFloat16>(new Problem(tokens, 40, 2, 16, 16, Fc1Layout.GateUp, IdPattern.Repeating));
            using var layer = new PlantedLayer(device.Context, data.Weights, options);
            BFloat16[] output = Emulated.Run(layer, device.Context, data);
            LayerHarness.AssertContract<PlantedLayer, BFloat16>(data, output, data.Ids, data.Scales);
        }
    });

    [Theory, MemberData(nameof(SelectNumbers))]
    public void Is_caught_in_top_k(int number) => SelectFaults[number].AssertCaught(Chooses);

    [Theory, MemberData(nameof(FusedNumbers))]
    public void Is_caught_in_one_launch(int number) => FusedFaults[number].AssertCaught(Chooses);

    // Keys in registers, and in shared memory.
    private static void Chooses(EmulatedDevice device, MoeCudaOptions options)
    {
        foreach (int experts in (int[])[200, 300])
        {
            var router = new RouterCase(RoutingMethod.SoftmaxTopKRenormalized, 29, experts, 3);
            RouterTests.CheckChoice<PlantedRoutedLayer, Half>(router, device.Context, options);
        }
    }
}
