using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Mistakes in what streams codes by way of shared memory: each is seen.</summary>
public sealed class PlantedDecodeCodeFaultTests
{
    private static readonly PlantedFault[] Faults =
    [
        new("wait that leaves one step too many", "cp_async_wait<Step::kSteps - 2>();", "cp_async_wait<Step::kSteps - 1>();", FaultKind.CopyUnderWay),
        new("lanes that do not wait for each other's copies", "                __syncwarp();\n                copy_weights(", "                copy_weights(", FaultKind.CopyUnderWay),
        new("place of a step that others still read", "                __syncwarp();\n                copy_weights(step + Step::kSteps - 1", "                __syncwarp();\n                copy_weights(step + Step::kSteps", FaultKind.CopyUnderWay),
        new("ring that is filled again while others read it", "__syncwarp();  // nobody reads the ring any more", "// nobody reads the ring any more", FaultKind.DataRace),
        new("copies that are left behind", "        cp_async_wait<0>();\n", "", FaultKind.CopyUnderWay),
        new("commit missing in the loop", "                cp_async_commit();\n                multiply", "                multiply", FaultKind.CopyUnderWay),
        new("chunks that are read where others lie", "quarter * Step::kParts + part);", "(quarter * Step::kParts + part) ^ 1);", null),
        new("rows in each other's place", "(row * Codes::kChunks + (chunk", "(row / 2 * Codes::kChunks + (chunk", FaultKind.DataRace),
        new("rows beyond the last", "min(fragment * 8 + lane / 4, count - 1)", "fragment * 8 + lane / 4", FaultKind.OutOfBounds),
        new("codes beyond the depth", "depth < code_end", "true", FaultKind.OutOfBounds),
        new("scales beyond the depth", "depth < scale_end", "true", FaultKind.OutOfBounds),
        new("activations beyond the depth", "depth < activation_end", "true", FaultKind.OutOfBounds),
        new("scale of the other half of the word", "low_group % 2 ? 0x3232u : 0x1010u", "low_group % 2 ? 0x1010u : 0x3232u", null),
        new("low row's scale for the high row", "high.scales = __byte_perm(words.words[1]", "high.scales = __byte_perm(words.words[0]", null),
        new("codes that do not move on", "advance_pointer(codes[copy], Step::kSteps", "advance_pointer(codes[copy], (Step::kSteps - 1)", null),
        new("warp's share of a task dropped", "done < (open + 1) * rounds;", "done < open * rounds;", null),
        new("barrier missing between the shares of a task", "    __syncthreads();\n    const int open", "    const int open", FaultKind.DataRace),
        new("sums of warps in one place", "numSlots + warp * kGroupSlots)", "numSlots + warp)", FaultKind.UninitializedRead),
        new("last warp's sums dropped", "int warp = kDecodeWarps - 1; warp >= 0;", "int warp = kDecodeWarps - 2; warp >= 0;", null),
    ];

    private static readonly PlantedFault[] GroupFaults =
    [
        new("half of the word that is the same in every step", "group % 2 ? 0x2222u : 0u", "0u", null),
        new("word of the group before", "word_of(row.scales + copied_group + 1)", "word_of(row.scales + copied_group)", null),
        new("zero point of the next group", "0x4040u + (low_group + group & 3)", "0x4040u + (low_group + group + 1 & 3)", null),
        new("zero points that do not move on", "advance_pointer(zero_points[copy], kTurnGroups)", "advance_pointer(zero_points[copy], 0)", null),
    ];

    // Of a task of three rounds, which eight warps share.
    private static readonly (PlantedFault Fault, Problem Problem)[] ShareFaults =
    [
        (new("share of a warp without rounds", "            if (other_end == done) continue;\n", "", FaultKind.UninitializedRead), new(1, 1, 1, 600, 16, Fc1Layout.GateUp)),
        (new("sums of a warp without rounds", "if (max(memory.first_rounds[warp], first) >= min(memory.first_rounds[warp + 1], end)) continue;", "", FaultKind.UninitializedRead), new(1, 1, 1, 16, 600, Fc1Layout.GateUp)),
    ];

    public static TheoryData<int> ShareNumbers => [.. Enumerable.Range(0, ShareFaults.Length)];

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Faults.Length)];

    public static TheoryData<int> GroupNumbers => [.. Enumerable.Range(0, GroupFaults.Length)];

    // Two rounds and a part of one of H, less than one of I: fewer rounds than warps in GEMM2, tasks that several warps share in GEMM1.
    [Theory, MemberData(nameof(Numbers))]
    public void Is_caught(int number) => Faults[number].AssertCaught(
        (device, options) =>
        {
            var data = new Data<BFloat16>(new Problem(3, 2, 2, 1120, 96, Fc1Layout.Interleaved));
            QuantizedMoeWeights<BFloat16> weights = CodeData.Weights(data, WeightFormat.Int4Group, 32);
            using var layer = new Bf16Int4Weights(device.Context, weights, options);
            AssertContract(Dtype.BF16, weights, data, Int8Harness.Run(device.Context, layer, data), Activation.Swiglu);
        },
        DecodeText.Options);

    [Theory, MemberData(nameof(GroupNumbers))]
    public void Is_caught_in_groups_of_a_step(int number) => GroupFaults[number].AssertCaught(
        (device, options) =>
        {
            var data = new Data<Half>(new Problem(3, 2, 2, 1152, 640, Fc1Layout.Plain));
            QuantizedMoeWeights<Half> weights = CodeData.Weights(data, WeightFormat.Int4Group, 128, zeroPoints: true, Activation.Relu2);
            using var layer = new PlainInt4DecodeLayer(device.Context, weights, options);
            AssertContract(Dtype.FP16, weights, data, Int8Harness.Run(device.Context, layer, data), Activation.Relu2);
        },
        DecodeText.Options);

    [Theory, MemberData(nameof(ShareNumbers))]
    public void Is_caught_between_few_rounds(int number) => ShareFaults[number].Fault.AssertCaught(
        (device, options) =>
        {
            var data = new Data<BFloat16>(ShareFaults[number].Problem);
            QuantizedMoeWeights<BFloat16> weights = CodeData.Weights(data, WeightFormat.Int8PerChannel);
            using var layer = new Bf16Int8Weights(device.Context, weights, options);
            AssertContract(Dtype.BF16, weights, data, Int8Harness.Run(device.Context, layer, data), Activation.Swiglu);
        },
        DecodeText.Options);

    private static void AssertContract<T>(Dtype dtype, QuantizedMoeWeights<T> weights, Data<T> data, T[] output, Activation activation)
        where T : unmanaged
    {
        double[] expected = ManagedMoe.ForwardDouble(weights, activation, data.Input, data.Ids, data.Scales, data.Problem.K);
        ContractVerdict verdict = NumericContract.For(dtype).Check<T>(output, expected, data.Problem.H);
        Assert.True(verdict.Passed, verdict.ToString());
    }
}
