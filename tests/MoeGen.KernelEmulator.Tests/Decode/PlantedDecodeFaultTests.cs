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
        new("output beyond the tokens", "i < token_of(num_slots, top_k) * kDecodeColumns;", "i < num_slots * kDecodeColumns;", FaultKind.OutOfBounds),
    ];

    private static readonly PlantedFault[] PartFaults =
    [
        new("a part of the depth dropped", "part == 0 && other < parts", "part == 0 && other < parts - 1", null),
        new("a part that begins too late", "(rounds * part >> log_parts) * kStreamDepth,", "((rounds * part >> log_parts) + part) * kStreamDepth,", null),
        new("barrier missing between the parts", "[i][lane] = sums[i / 4][i % 4];\n            __syncthreads();\n", "[i][lane] = sums[i / 4][i % 4];\n", FaultKind.DataRace),
    ];

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Faults.Length)];

    public static TheoryData<int> PartNumbers => [.. Enumerable.Range(0, PartFaults.Length)];

    [Theory, MemberData(nameof(Numbers))]
    public void Is_caught(int number) => AssertCaught(Faults[number], new Problem(21, 3, 3, 200, 104, Fc1Layout.GateUp, IdPattern.Repeating));

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
