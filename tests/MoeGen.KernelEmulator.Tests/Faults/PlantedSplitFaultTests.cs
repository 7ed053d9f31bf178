using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Mistakes where GEMM2's tiles divide their depth, and where finalize adds up the parts: each is seen.</summary>
public sealed class PlantedSplitFaultTests
{
    private static readonly PlantedFault[] Faults =
    [
        new("every part the first one", ".part(tile.split * arguments.splitDepth, ", ".part(0, ", null),
        new("parts that go on to the end", "min(depth, depth_left - begin)", "depth_left - begin", null),
        new("last part beyond the depth", "min(depth, depth_left - begin)", "depth", FaultKind.OutOfBounds),
        new("bias in every part", "tile.split == 0 ? arguments.fc2ExpertBiases : nullptr", "arguments.fc2ExpertBiases", null),
        new("parts in the same place", "<< arguments.logSplits) + tile.split) * hidden", "<< arguments.logSplits)) * hidden", FaultKind.DataRace),
        new("parts that nobody draws", "* column_tiles << log_splits", "* column_tiles", FaultKind.UninitializedRead),
        new("part that is not added", "== splits - 1;", "== splits - 2;", null),
        new("sum that goes on from the row before", "row_sums[j] = begins ?", "row_sums[j] = part == 0 ?", null),
        new("rows without an expert that are read", "row < top_k && (valid >> row & 1) != 0;", "row < top_k;", FaultKind.UninitializedRead),
        new("scale of another row", "__shfl_sync(~0u, scale, row & 31)", "__shfl_sync(~0u, scale, 0)", null),
        new("sums that are not rounded", "unpack_low(pack_elements(row_sum, 0.0f))", "2.0f * row_sum", null),
    ];

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Faults.Length)];

    // Two rows a token, one of some of them without an expert; two parts.
    [Theory, MemberData(nameof(Numbers))]
    public void Is_caught(int number) => Faults[number].AssertCaught((device, options) =>
    {
        var problem = new Problem(9, 2, 2, 72, 1200, Fc1Layout.GateUp, IdPattern.Invalid);
        var data = new Data<BFloat16>(problem);
        MoeWeights<BFloat16> weights = data.WithOptions(Activation.Swiglu, biases: true, constants: false);
        using var layer = new Bf16SwigluLadder(device.Context, weights, options with { Variant = "m16n128k64s3" });
        Assert.InRange(layer.Pipeline!.Layout(problem.Shape, problem.T, problem.K, 0).LogSplits, 1, 3);
        BFloat16[] output = Emulated.Run(layer, device.Context, data);
        LayerHarness.AssertContract<Bf16SwigluLadder, BFloat16>(data, output, data.Ids, data.Scales, weights);
    });
}
