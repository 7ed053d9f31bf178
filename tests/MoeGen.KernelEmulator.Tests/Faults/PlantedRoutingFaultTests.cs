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
        new("barrier missing in the scan", "warp_sums[warp] = in_warp;\n        __syncthreads();\n", "warp_sums[warp] = in_warp;\n", FaultKind.DataRace),
        new("barrier missing after the scan of the warps", "warp_inclusive_scan(warp_sums[lane]);\n        __syncthreads();\n", "warp_inclusive_scan(warp_sums[lane]);\n", FaultKind.DataRace),
        new("barrier that one warp reaches only", "if (warp == 0) warp_sums[lane] = warp_inclusive_scan(warp_sums[lane]);\n        __syncthreads();\n", "if (warp == 0) { warp_sums[lane] = warp_inclusive_scan(warp_sums[lane]); __syncthreads(); }\n", FaultKind.BarrierDivergence),
        new("shuffle mask without a lane", "__shfl_up_sync(kFullWarp, value", "__shfl_up_sync(kFullWarp >> 1, value", FaultKind.CollectiveMismatch),
        new("shuffle in a branch that diverges", "        const long long other = __shfl_up_sync(kFullWarp, value, distance);\n        if (threadIdx.x % 32 >= distance) value += other;", "        if (threadIdx.x % 32 >= distance) value += __shfl_up_sync(kFullWarp, value, distance);", FaultKind.Deadlock),
        new("rank that counts the lane itself", "peers & ((1u << lane) - 1u)", "peers & ((2u << lane) - 1u)", FaultKind.UninitializedRead),
        new("chunks that share rows", "arguments.expertOffsets[expert] + arguments.chunkCounts[static_cast<long long>(blockIdx.x) * num_local + expert]", "arguments.expertOffsets[expert]", FaultKind.DataRace),
        new("tile of the expert before", "arguments.tileExperts[list][tile] = expert;", "arguments.tileExperts[list][tile] = max(0, expert - 1);", FaultKind.UninitializedRead),
        new("two threads that write the first offset", "if (expert == 0) arguments.expertOffsets[0]", "if (expert < 2) arguments.expertOffsets[0]", FaultKind.DataRace),
        new("draws that are not zeroed", "if (expert < 2) arguments.drawnTiles[expert] = 0;", "", FaultKind.UninitializedRead),
        new("shared array too short", "int counts[kWarpCounts];", "int counts[kWarpCounts / 64];", FaultKind.OutOfBounds),
    ];

    // Of more tokens than one block takes.
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

    public static TheoryData<int> SortNumbers => [.. Enumerable.Range(0, SortFaults.Length)];

    public static TheoryData<int> SelectNumbers => [.. Enumerable.Range(0, SelectFaults.Length)];

    // Several chunks, so that the sort takes its three passes, and the one-block sort with runs of more than one turn.
    [Theory, MemberData(nameof(SortNumbers))]
    public void Is_caught_in_the_sort(int number) => SortFaults[number].AssertCaught((device, options) =>
    {
        foreach (int tokens in (int[])[2100, 900])
        {
            var data = new Data<BFloat16>(new Problem(tokens, 6, 2, 16, 16, Fc1Layout.GateUp, IdPattern.Repeating));
            using var layer = new PlantedLayer(device.Context, data.Weights, options);
            BFloat16[] output = Emulated.Run(layer, device.Context, data);
            LayerHarness.AssertContract<PlantedLayer, BFloat16>(data, output, data.Ids, data.Scales);
        }
    });

    [Theory, MemberData(nameof(SelectNumbers))]
    public void Is_caught_in_top_k(int number) => SelectFaults[number].AssertCaught((device, options) =>
    {
        var data = new Data<Half>(new Problem(149, 40, 3, 32, 16, Fc1Layout.Plain));
        float[] logits = Data<float>.Normal(new Random(5), 149 * 40, 2);
        ManagedRouter.SelectExperts(logits, 40, 3, RoutingMethod.SoftmaxTopKRenormalized, data.Ids, data.Scales);
        using var layer = new PlantedRoutedLayer(device.Context, data.Weights, options);
        var output = new Half[data.Input.Length];
        layer.ForwardFromLogits(data.Input, logits, 3, output);
        LayerHarness.AssertContract<PlantedRoutedLayer, Half>(data, output, data.Ids, data.Scales);
    });
}
