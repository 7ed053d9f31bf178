using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Mistakes in top-k and in the counting sort: each is seen.</summary>
public sealed class PlantedRoutingFaultTests
{
    private static readonly PlantedFault[] SortFaults =
    [
        new("count without an atomic", "atomicAdd(&counts[expert], 1)", "counts[expert] += 1", FaultKind.DataRace),
        new("counts that are not cleared", "expert += kThreads) counts[expert] = 0;", "expert += kThreads) {}", FaultKind.UninitializedRead),
        new("barrier missing after the clearing", "counts[expert] = 0;\n    __syncthreads();\n", "counts[expert] = 0;\n", FaultKind.DataRace),
        new("barrier missing between the turns of warps", "            __syncthreads();\n        }\n        row = __shfl", "        }\n        row = __shfl", FaultKind.DataRace),
        new("barrier missing in the scan", "warp_sums[warp] = inclusive;\n    __syncthreads();\n", "warp_sums[warp] = inclusive;\n", FaultKind.DataRace),
        new("barrier missing before the sums are used again", "    __syncthreads();  // warp_sums may be used again\n", "", FaultKind.DataRace),
        new("barrier missing before the search for tiles", "= total_tiles;\n    }\n    __syncthreads();\n", "= total_tiles;\n    }\n", FaultKind.DataRace),
        new("barrier that one warp reaches only", "if (warp == 0) warp_sums[lane] = warp_inclusive_scan(warp_sums[lane]);\n    __syncthreads();\n", "if (warp == 0) { warp_sums[lane] = warp_inclusive_scan(warp_sums[lane]); __syncthreads(); }\n", FaultKind.BarrierDivergence),
        new("shuffle mask without a lane", "__shfl_up_sync(kFullWarp, value", "__shfl_up_sync(kFullWarp >> 1, value", FaultKind.CollectiveMismatch),
        new("shuffle in a branch that diverges", "        const int other = __shfl_up_sync(kFullWarp, value, distance);\n        if (threadIdx.x % 32 >= distance) value += other;", "        if (threadIdx.x % 32 >= distance) value += __shfl_up_sync(kFullWarp, value, distance);", FaultKind.Deadlock),
        new("rank that counts the lane itself", "peers & ((1u << lane) - 1u)", "peers & ((2u << lane) - 1u)", FaultKind.UninitializedRead),
        new("chunks that share rows", "arguments.expertOffsets[expert] + row[expert]", "arguments.expertOffsets[expert]", FaultKind.DataRace),
        new("tile of the expert before", "tile_starts[middle] <= tile", "tile_starts[middle] < tile", FaultKind.UninitializedRead),
        new("shared array a quarter too short", "__shared__ int cursors[kMaxExperts], ", "__shared__ int cursors[kMaxExperts / 4], ", FaultKind.OutOfBounds),
    ];

    private static readonly PlantedFault[] SelectFaults =
    [
        new("lane that leaves before the shuffles", "if (token >= arguments.numTokens) return;", "if (token >= arguments.numTokens || lane == 31) return;", FaultKind.Deadlock),
        new("keys of another warp", "all_keys[threadIdx.x / 32]", "all_keys[0]", FaultKind.DataRace),
        new("token beyond the last", "if (token >= arguments.numTokens) return;", "", FaultKind.OutOfBounds),
        new("choice that is not taken out", "keys[best] = kTakenKey;", "keys[best] = best_key;", null),
        new("scales that are not divided", "= scale / sum;", "= scale;", null),
        new("keys read before they are written", "        keys[expert] = order_key(logit);\n", "        if (expert > 3) keys[expert] = order_key(logit);\n", FaultKind.UninitializedRead),
    ];

    public static TheoryData<int> SortNumbers => [.. Enumerable.Range(0, SortFaults.Length)];

    public static TheoryData<int> SelectNumbers => [.. Enumerable.Range(0, SelectFaults.Length)];

    // Three chunks, so that the sort takes its three passes, and the one-block sort for the rest.
    [Theory, MemberData(nameof(SortNumbers))]
    public void Is_caught_in_the_sort(int number) => SortFaults[number].AssertCaught((device, options) =>
    {
        foreach (int tokens in (int[])[2100, 300])
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
        var data = new Data<Half>(new Problem(21, 40, 3, 32, 16, Fc1Layout.Plain));
        float[] logits = Data<float>.Normal(new Random(5), 21 * 40, 2);
        ManagedRouter.SelectExperts(logits, 40, 3, RoutingMethod.SoftmaxTopKRenormalized, data.Ids, data.Scales);
        using var layer = new PlantedRoutedLayer(device.Context, data.Weights, options);
        var output = new Half[data.Input.Length];
        layer.ForwardFromLogits(data.Input, logits, 3, output);
        LayerHarness.AssertContract<PlantedRoutedLayer, Half>(data, output, data.Ids, data.Scales);
    });
}
