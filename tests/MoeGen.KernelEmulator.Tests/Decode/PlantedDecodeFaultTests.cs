using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Mistakes in the decode kernels: each is seen.</summary>
public sealed class PlantedDecodeFaultTests
{
    private static readonly PlantedFault[] Faults =
    [
        new("barrier missing after the groups", "num_slots, valid_slots);\n    }\n    __syncthreads();\n", "num_slots, valid_slots);\n    }\n", FaultKind.UninitializedRead),
        new("barrier missing before the reduction", "    wait();\n    __syncthreads();\n}", "    wait();\n}", FaultKind.DataRace),
        new("barrier missing before values are added", "% kDecodeColumns, hidden);\n        __syncthreads();\n", "% kDecodeColumns, hidden);\n", FaultKind.DataRace),
        new("barrier missing before the next tile's values", "            }\n        }\n        __syncthreads();\n    }\n}", "            }\n        }\n    }\n}", FaultKind.DataRace),
        new("groups that are too long", "leads ? min(__popcll(same[word]) - before[word], kGroupSlots) : 0", "leads ? __popcll(same[word]) - before[word] : 0", FaultKind.UninitializedRead),
        new("slots in no order", "((1ull << (word * 32 + lane)) - 1)", "(1ull << (word * 32 + lane) ^ ~0ull)", FaultKind.DataRace),
        new("the highest bit of an id left out", "31 - __clz(local_experts.num_local)", "30 - __clz(local_experts.num_local)", FaultKind.UninitializedRead),
        new("slots of the second word among those of the first", "if (leader >= 32) start = other;", "", FaultKind.DataRace),
        new("halves of the depth exchanged on one side", "values[step].words[2 * half], values[step].words[2 * half + 1])", "values[step].words[2 * half + 1], values[step].words[2 * half])", null),
        new("no zeros beyond the depth", "load_streamed(low + depth, low && depth < end)", "load_streamed(low + depth, low)", FaultKind.OutOfBounds),
        new("misaligned weights", "load_streamed(high + depth, ", "load_streamed(high + depth + 1, ", FaultKind.Misaligned),
        new("columns beyond the last", "column + 8 < hidden ? weights", "column < hidden ? weights", FaultKind.OutOfBounds),
        new("up rows for gate rows", "arguments.upRowOffset + task.high_output", "arguments.gateRowOffset + task.high_output", null),
        new("a warp's share dropped", "int warp = kDecodeWarps - 1; warp >= 0;", "int warp = kDecodeWarps - 2; warp >= 0;", null),
        new("a warp that has none of a group's rounds", "if (max(memory.first_rounds[warp], first) >= min(memory.first_rounds[warp + 1], end)) continue;", "", FaultKind.UninitializedRead),
        new("scale dropped", "arguments.tokenFinalScales[slot] : 1.0f;\n}", "1.0f : 1.0f;\n}", null),
        new("token of the slot before", "token_of(slot, top_k)) * depth", "token_of(max(0, slot - 1), top_k)) * depth", null),
        new("output beyond the tokens", "num_outputs = num_values / top_k", "num_outputs = num_values", FaultKind.OutOfBounds),
        new("the first tile of a portion alone", "} while (begin < last);", "} while (false);", null),
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
        new("the leader of another expert", "leaders & same[word] &", "leaders &", FaultKind.DataRace),
        new("a slot without an expert that leads", "leads = experts[word] >= 0 && ", "leads = ", FaultKind.OutOfBounds),
    ];

    private static readonly PlantedFault[] HandOverFaults =
    [
        new("GEMM2 that does not wait", "while (load_acquired(done) < portions) {}", "", FaultKind.DataRace),
        new("GEMM1 done, and its rows not released", "increment_released(done, last_count)", "atomicInc(done, last_count)", FaultKind.DataRace),
        new("GEMM1 done before all warps are", "        __syncthreads();\n        ticket = next_ticket;", "        ticket = next_ticket;", FaultKind.DataRace),
        new("GEMM2 that waits for blocks of GEMM2", "load_acquired(done) < portions", "load_acquired(done) <= portions", FaultKind.Endless),
        new("a block that waits before it has done all of GEMM1 that it drew", "while (ticket < portions) {", "if (ticket < portions) {", FaultKind.OutOfBounds),
        new("tickets that stay", "next_ticket = atomicInc(drawn, last_count)", "next_ticket = atomicAdd(drawn, 1u)", null),
        new("portions that stay done", "            atomicInc(done, last_count);\n", "", null),
        new("a part in plain memory", "store_relaxed(arguments.partSums + portion * num_outputs + i,", "*(arguments.partSums + portion * num_outputs + i) = (", FaultKind.DataRace),
        new("a part that nobody takes", "if (tile == first_tile) total +=", "if (false) total +=", null),
        new("parts that stay", "store_relaxed(parts + (first + i) * stride, kNoPart);", "", null),
        new("parts before they have come", "while (words[i] == kNoPart) words[i] = load_relaxed(parts + (first + i) * stride);", "words[i] = kNoPart;", null),
    ];

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Faults.Length)];

    public static TheoryData<int> HandOverNumbers => [.. Enumerable.Range(0, HandOverFaults.Length)];

    public static TheoryData<int> FewSlotNumbers => [.. Enumerable.Range(0, FewSlotFaults.Length)];

    public static TheoryData<int> PartNumbers => [.. Enumerable.Range(0, PartFaults.Length)];

    [Theory, MemberData(nameof(Numbers))]
    public void Is_caught(int number) => AssertCaught(Faults[number], new Problem(21, 3, 3, 200, 104, Fc1Layout.GateUp, IdPattern.Repeating));

    // Two groups of an expert, and slots without any.
    [Theory, MemberData(nameof(FewSlotNumbers))]
    public void Is_caught_among_few_slots(int number) => AssertCaught(FewSlotFaults[number], new Problem(10, 3, 3, 72, 40, Fc1Layout.GateUp, IdPattern.Invalid));

    // Three tiles of columns for two blocks, which share the second.
    [Theory, MemberData(nameof(HandOverNumbers))]
    public void Is_caught_between_blocks(int number) => AssertCaught(HandOverFaults[number], new Problem(5, 9, 3, 40, 1000, Fc1Layout.GateUp));

    // Fewer outputs than warps, so that warps share a task's depth.
    [Theory, MemberData(nameof(PartNumbers))]
    public void Is_caught_between_parts(int number) => AssertCaught(PartFaults[number], new Problem(1, 3, 3, 2000, 16, Fc1Layout.GateUp));

    private static void AssertCaught(PlantedFault fault, Problem problem) => fault.AssertCaught(
        (device, options) =>
        {
            var data = new Data<BFloat16>(problem);
            using var layer = new DecodeLayer(device.Context, data.Weights, options);

            using var buffers = new Buffers<BFloat16>(device.Context, data);
            using CudaStream stream = device.Context.CreateStream();

            using DeviceBuffer<byte> workspace = device.Context.Allocate<byte>(layer.GetWorkspaceBytes(problem.T, problem.K));
            layer.Forward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream, workspace: workspace);
            stream.Synchronize();
            LayerHarness.AssertContract<DecodeLayer, BFloat16>(data, buffers.ReadOutput(), data.Ids, data.Scales);

            // The next call finds the counters and the words of the parts, one of each block, as this one did.
            var words = new byte[512 + (2 * Math.Min(problem.T, 16) * 64)];
            workspace.Slice(0, words.Length).CopyTo(words);
            Assert.All(words, word => Assert.Equal(0, word));
        },
        DecodeText.Options);
}
