using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Mistakes in top-k and in the counting sort: each is seen.</summary>
public sealed class PlantedRoutingFaultTests
{
    private static readonly PlantedFault[] SortFaults =
    [
        new("counts that are not cleared", "i += kSortThreads) runs.counts[i] = 0;", "i += kSortThreads) {}", FaultKind.UninitializedRead),
        new("barrier missing after the clearing", "runs.counts[i] = 0;\n    __syncthreads();\n", "runs.counts[i] = 0;\n", FaultKind.DataRace),
        new("barrier missing after the counting", "num_slots, false);\n    __syncthreads();\n", "num_slots, false);\n", FaultKind.DataRace),
        new("barrier missing before the rows are placed", "    __syncthreads();\n    walk_run(runs, arguments, 0, ", "    walk_run(runs, arguments, 0, ", FaultKind.DataRace),
        new("barrier missing before the rows of a chunk are placed", "    __syncthreads();\n    walk_run(runs, arguments, begin, num_slots, true);", "    walk_run(runs, arguments, begin, num_slots, true);", FaultKind.DataRace),
        new("warps that share counters", "runs.counts + warp * arguments.localExperts.num_local", "runs.counts", FaultKind.DataRace),
        new("counters read while they are written", "        __syncwarp();\n        if (expert >= 0 && lane", "        if (expert >= 0 && lane", FaultKind.DataRace),
        new("counters of the turn before", "+ __popc(peers);\n        __syncwarp();\n", "+ __popc(peers);\n", FaultKind.DataRace),
        new("barrier missing in the scan", "warp_sums[list][warp] = next;\n        __syncthreads();\n", "warp_sums[list][warp] = next;\n", FaultKind.DataRace),
        new("warps of the scan that are left out", "before < warp; ++before) next", "before < warp - 1; ++before) next", FaultKind.DataRace),
        new("barrier that one warp reaches only", "warp_sums[list][warp] = next;\n        __syncthreads();\n", "warp_sums[list][warp] = next;\n        if (warp == 0) __syncthreads();\n", FaultKind.BarrierDivergence),
        new("counters that are not summed", "sum += counts[i], ++i", "++i", FaultKind.DataRace),
        new("counters of the warps beyond the first eight", "begin < rows; begin += 8", "begin < min(rows, 8); begin += 8", FaultKind.DataRace),
        new("shuffle mask without a lane", "__shfl_up_sync(kFullWarp, value", "__shfl_up_sync(kFullWarp >> 1, value", FaultKind.CollectiveMismatch),
        new("shuffle in a branch that diverges", "        const long long other = __shfl_up_sync(kFullWarp, value, distance);\n        if (threadIdx.x % 32 >= distance) value += other;", "        if (threadIdx.x % 32 >= distance) value += __shfl_up_sync(kFullWarp, value, distance);", FaultKind.Deadlock),
        new("rank that counts the lane itself", "peers & ((1u << lane) - 1u)", "peers & ((2u << lane) - 1u)", FaultKind.UninitializedRead),
        new("chunks that share rows", "arguments.expertOffsets[expert] + arguments.chunkCounts[static_cast<long long>(blockIdx.x) * num_local + expert]", "arguments.expertOffsets[expert]", FaultKind.DataRace),
        new("tile of the expert before", "arguments.tileExperts[list][tile] = expert;", "arguments.tileExperts[list][tile] = max(0, expert - 1);", FaultKind.UninitializedRead),
        new("two threads that write the first offset", "if (expert == 0) arguments.expertOffsets[0]", "if (expert < 2) arguments.expertOffsets[0]", FaultKind.DataRace),
        new("draws that are not zeroed", "if (expert < 2) arguments.drawnTiles[expert] = 0;", "", FaultKind.UninitializedRead),
        new("shared array too short", "int counts[kWarpCounts];", "int counts[kWarpCounts / 64];", FaultKind.OutOfBounds),
    ];

    // Of more tokens than the launch that sorts as well takes.
    private static readonly PlantedFault[] SelectFaults =
    [
        new("lane that leaves before the shuffles", "if (token < valid_tokens(", "if (threadIdx.x % 32 != 31 && token < valid_tokens(", FaultKind.Deadlock),
        new("keys of another warp", "select_token(keys[threadIdx.x / 32], token", "select_token(keys[0], token", FaultKind.DataRace),
        new("token beyond the last", "if (token < valid_tokens(arguments.numTokensOnDevice, arguments.numTokens)) ", "", FaultKind.OutOfBounds),
        new("choice that is not taken out", "keys[place] = key = kTakenKey;", "keys[place] = key;", null),
        new("scales that are not divided", "weight / warp_sum(weight)", "weight", null),
        new("keys read before they are written", "        keys[key_place(expert)] = key;\n", "        if (expert > 3) keys[key_place(expert)] = key;\n", FaultKind.UninitializedRead),
        new("barrier missing after the keys", "has_nan);\n    __syncwarp();\n", "has_nan);\n", FaultKind.DataRace),
        new("column of another choice", "const int column = expert % 32, place", "const int column = (expert + 1) % 32, place", null),
    ];

    // In the launch that chooses and sorts.
    private static readonly PlantedFault[] FusedFaults =
    [
        new("choices that are not fenced", "    __threadfence();\n    __syncthreads();\n    if (threadIdx.x == 0) is_last", "    __syncthreads();\n    if (threadIdx.x == 0) is_last", FaultKind.DataRace),
        new("arrival before the block has chosen", "    __threadfence();\n    __syncthreads();\n    if (threadIdx.x == 0) is_last", "    __threadfence();\n    if (threadIdx.x == 0) is_last", FaultKind.DataRace),
        new("choices read without a fence", "    __syncthreads();\n    __threadfence();\n    return is_last", "    __syncthreads();\n    return is_last", FaultKind.DataRace),
        new("sort before the others have chosen", "== blocks - 1;", "== 0;", FaultKind.UninitializedRead),
        new("arrivals that stay", "atomicInc(arrived, blocks - 1)", "atomicAdd(arrived, 1u)", null),
        new("keys of another warp's token", "(runs.counts) + warp * kMaxExperts", "(runs.counts)", FaultKind.DataRace),
        new("token beyond the last of the launch", "warp < kChosenTokens && token < valid_tokens(arguments.select.numTokensOnDevice, arguments.select.numTokens)", "warp < kChosenTokens", FaultKind.OutOfBounds),
        new("warps that choose the next block's tokens", "if (warp < kChosenTokens && ", "if (warp < 2 * kChosenTokens && ", FaultKind.DataRace),
    ];

    private static readonly PlantedFault[] LogitFaults =
    [
        new("what the nearest numbers leave, left out", "mma_tf32(parts[n], finite, rest[0], rest[1]);", "", null),
        new("infinite input times what may be zero", "(values[i] & 0x7f800000u) == 0x7f800000u ? 0u : values[i]", "values[i]", null),
        new("barrier missing between the halves", "= sums[i / 4][i % 4];\n    __syncthreads();\n", "= sums[i / 4][i % 4];\n", FaultKind.DataRace),
        new("both halves the same steps", "half * kLogitStep; step < end", "0 * kLogitStep; step < end", null),
        new("inputs beyond the last token", "token + i * 8 < tokens)", "true)", FaultKind.OutOfBounds),
        new("weights beyond the last row", "row + i / 2 * 8 < arguments.numRows)", "true)", FaultKind.OutOfBounds),
        new("depth beyond the part", "min((part + 1) * arguments.partDepth, hidden)", "hidden", null),
        new("parts in the same place", "static_cast<long long>(part) * arguments.numTokens + first_token", "0LL + first_token", FaultKind.DataRace),
        new("other half of another lane", "other_half[warp][i][lane];", "other_half[warp][i][lane ^ 1];", null),
    ];

    // Where the choice of experts adds up the parts of the logits.
    private static readonly PlantedFault[] PartFaults =
    [
        new("parts that are not added up", "if (arguments.logitParts > 1) add_logit_parts", "if (arguments.logitParts > 99) add_logit_parts", null),
        new("parts of the token before", "* arguments.numTokens * experts;", "* (arguments.numTokens - 1) * experts;", FaultKind.DataRace),
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
    public void Is_caught_in_top_k(int number) => SelectFaults[number].AssertCaught((device, options) =>
    {
        var data = new Data<Half>(new Problem(549, 40, 3, 32, 16, Fc1Layout.Plain));
        float[] logits = Data<float>.Normal(new Random(5), 549 * 40, 2);
        ManagedRouter.SelectExperts(logits, 40, 3, RoutingMethod.SoftmaxTopKRenormalized, data.Ids, data.Scales);
        using var layer = new PlantedRoutedLayer(device.Context, data.Weights, options);
        var output = new Half[data.Input.Length];
        layer.ForwardFromLogits(data.Input, logits, 3, output);
        LayerHarness.AssertContract<PlantedRoutedLayer, Half>(data, output, data.Ids, data.Scales);
    });

    // The second call finds the workspace as the first one left it.
    [Theory, MemberData(nameof(FusedNumbers))]
    public void Is_caught_in_one_launch(int number) => FusedFaults[number].AssertCaught((device, options) =>
    {
        const int tokens = 29, experts = 40, topK = 3;
        var data = new Data<Half>(new Problem(tokens, experts, topK, 32, 16, Fc1Layout.Plain));
        using var layer = new PlantedRoutedLayer(device.Context, data.Weights, options);
        using CudaStream stream = device.Context.CreateStream();
        using DeviceBuffer<Half> input = Buffers<Half>.Upload<Half>(device.Context, data.Input), deviceOutput = device.Context.Allocate<Half>(data.Input.Length);
        foreach (int seed in (int[])[5, 6])
        {
            float[] logits = Data<float>.Normal(new Random(seed), tokens * experts, 2);
            ManagedRouter.SelectExperts(logits, experts, topK, RoutingMethod.SoftmaxTopKRenormalized, data.Ids, data.Scales);
            using DeviceBuffer<float> deviceLogits = Buffers<Half>.Upload<float>(device.Context, logits);
            layer.ForwardFromLogits(input, deviceLogits, topK, deviceOutput, stream);
            stream.Synchronize();
            var output = new Half[data.Input.Length];
            deviceOutput.CopyTo(output);
            LayerHarness.AssertContract<PlantedRoutedLayer, Half>(data, output, data.Ids, data.Scales);
        }
    });
}
