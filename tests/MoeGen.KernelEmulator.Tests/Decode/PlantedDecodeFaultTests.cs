using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Mistakes in the decode kernels: each is seen.</summary>
public sealed class PlantedDecodeFaultTests
{
    private static readonly PlantedFault[] Faults =
    [
        new("barrier missing after the experts", "groups.slot_experts[slot] = expert;\n    __syncthreads();\n", "groups.slot_experts[slot] = expert;\n", FaultKind.DataRace),
        new("barrier missing after the leaders", "groups.slots[place] = slot;\n    __syncthreads();\n", "groups.slots[place] = slot;\n", FaultKind.UninitializedRead),
        new("barrier missing before the reduction", "        round += last - first;\n    }\n    __syncthreads();\n", "        round += last - first;\n    }\n", FaultKind.DataRace),
        new("groups that are too long", "before % kGroupSlots == 0", "before % (2 * kGroupSlots) == 0", null),
        new("slots in no order", "&& other < slot;\n        before", "&& other <= slot;\n        before", null),
        new("partial sums that are not cleared", "own_sums[i] = 0;", "{}", FaultKind.UninitializedRead),
        new("halves of the depth exchanged on one side", "values[step].words[2 * half], values[step].words[2 * half + 1])", "values[step].words[2 * half + 1], values[step].words[2 * half])", null),
        new("no zeros beyond the depth", "load_streamed(low + depth, low && depth < end)", "load_streamed(low + depth, low)", FaultKind.OutOfBounds),
        new("misaligned weights", "load_streamed(high + depth, ", "load_streamed(high + depth + 1, ", FaultKind.Misaligned),
        new("columns beyond the last", "first_column + 8 < hidden ? weights", "first_column < hidden ? weights", FaultKind.OutOfBounds),
        new("up rows for gate rows", "arguments.upRowOffset + task.high_output", "arguments.gateRowOffset + task.high_output", null),
        new("a warp's share dropped", "other < warps; ++other) products", "other < warps - 1; ++other) products", null),
        new("scale dropped", "arguments.tokenFinalScales[slot] : 1.0f, sum", "1.0f : 1.0f, sum", null),
        new("token of the slot before", "token_of(slot, top_k)) * depth", "token_of(max(0, slot - 1), top_k)) * depth", null),
        new("output beyond the tokens", "i < tokens * kDecodeColumns;", "i < num_slots * kDecodeColumns;", FaultKind.OutOfBounds),
    ];

    private static readonly PlantedFault[] PartFaults =
    [
        new("a part of the depth dropped", "done < (open + 1) * rounds;", "done < open * rounds;", null),
        new("a part that begins too late", "row_of), first * kStreamDepth,", "row_of), (first > 0 ? first + 1 : 0) * kStreamDepth,", null),
        new("barrier missing between the parts", "    __syncthreads();\n    const int open", "    const int open", FaultKind.DataRace),
    ];

    private static readonly PlantedFault[] FewSlotFaults =
    [
        new("a group that begins in the one before", "for (int distance = 1; distance < 32;", "for (int distance = 1; distance < 1;", FaultKind.DataRace),
        new("the leader of another expert", "leaders & same & (before_lane", "leaders & (before_lane", FaultKind.DataRace),
        new("a slot without an expert that leads", "expert >= 0 && before % kGroupSlots == 0;\n    const unsigned leaders", "before % kGroupSlots == 0;\n    const unsigned leaders", FaultKind.OutOfBounds),
        new("barrier missing after few slots", "num_slots, valid_slots);\n        __syncthreads();\n", "num_slots, valid_slots);\n", FaultKind.UninitializedRead),
    ];

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Faults.Length)];

    private static readonly PlantedFault[] SplitFaults =
    [
        new("a split's sums that are not fenced", "    __threadfence();\n    __syncthreads();\n    if (threadIdx.x == 0) is_last", "    __syncthreads();\n    if (threadIdx.x == 0) is_last", FaultKind.DataRace),
        new("arrival before the block is done", "    __threadfence();\n    __syncthreads();\n    if (threadIdx.x == 0) is_last", "    __threadfence();\n    if (threadIdx.x == 0) is_last", FaultKind.DataRace),
        new("sums read without a fence", "    __syncthreads();\n    __threadfence();\n    return is_last", "    __syncthreads();\n    return is_last", FaultKind.DataRace),
        new("a split dropped", "other < splits; ++other) total", "other < splits - 1; ++other) total", null),
        new("both splits the same depth", "first_warp = split * warps", "first_warp = 0 * warps", null),
        new("the first split's block takes itself for the last", "== blocks - 1;", "== 0;", FaultKind.UninitializedRead),
        new("arrivals of the launch before", "arguments.arrivedBlocks[i] = 0;", "{}", FaultKind.UninitializedRead),
    ];

    public static TheoryData<int> SplitNumbers => [.. Enumerable.Range(0, SplitFaults.Length)];

    public static TheoryData<int> FewSlotNumbers => [.. Enumerable.Range(0, FewSlotFaults.Length)];

    public static TheoryData<int> PartNumbers => [.. Enumerable.Range(0, PartFaults.Length)];

    [Theory, MemberData(nameof(Numbers))]
    public void Is_caught(int number) => AssertCaught(Faults[number], new Problem(21, 3, 3, 200, 104, Fc1Layout.GateUp, IdPattern.Repeating));

    // Two groups of an expert, and slots without any.
    [Theory, MemberData(nameof(FewSlotNumbers))]
    public void Is_caught_among_few_slots(int number) => AssertCaught(FewSlotFaults[number], new Problem(10, 3, 3, 72, 40, Fc1Layout.GateUp, IdPattern.Invalid));

    // Few columns, and a long depth.
    [Theory, MemberData(nameof(SplitNumbers))]
    public void Is_caught_between_splits(int number) => AssertCaught(SplitFaults[number], new Problem(5, 9, 3, 16, 1000, Fc1Layout.GateUp));

    // Fewer outputs than warps, so that warps share a task's depth.
    [Theory, MemberData(nameof(PartNumbers))]
    public void Is_caught_between_parts(int number) => AssertCaught(PartFaults[number], new Problem(1, 3, 3, 2000, 16, Fc1Layout.GateUp));

    private static void AssertCaught(PlantedFault fault, Problem problem) => fault.AssertCaught(
        (device, options) =>
        {
            var data = new Data<BFloat16>(problem);
            using var layer = new DecodeLayer(device.Context, data.Weights, options);
            BFloat16[] output = Emulated.Run(layer, device.Context, data);
            LayerHarness.AssertContract<DecodeLayer, BFloat16>(data, output, data.Ids, data.Scales);
        },
        DecodeText.Options);
}
