using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Mistakes in the GEMMs and in finalize: each is seen.</summary>
public sealed class PlantedGemmFaultTests
{
    private const string LoopWait = "                cp_async_wait<Tile::kStages - 2>();\n                __syncthreads();\n";
    private const string FirstWait = "    cp_async_wait<Tile::kStages - 2>();\n    __syncthreads();\n";

    private static readonly PlantedFault[] Faults =
    [
        new("wait missing in the main loop", LoopWait, "                __syncthreads();\n", FaultKind.CopyUnderWay),
        new("wait missing before the main loop", FirstWait, "    __syncthreads();\n", FaultKind.CopyUnderWay),
        new("wait that leaves one group too many", "cp_async_wait<Tile::kStages - 2>", "cp_async_wait<Tile::kStages - 1>", FaultKind.CopyUnderWay),
        new("commit missing", "        cp_async_commit();", "        ", FaultKind.CopyUnderWay),
        new("barrier missing in the main loop", LoopWait, "                cp_async_wait<Tile::kStages - 2>();\n", FaultKind.DataRace),
        new("barrier missing before the main loop", FirstWait, "    cp_async_wait<Tile::kStages - 2>();\n", FaultKind.DataRace),
        new("barrier missing between tiles", "    cp_async_wait<0>();\n    __syncthreads();\n", "    cp_async_wait<0>();\n", FaultKind.DataRace),
        new("stage that is filled while it is read", "copies.copy(free, ", "copies.copy(current, ", FaultKind.DataRace),
        new("next tile that overtakes the last reads", "    cp_async_wait<0>();\n    __syncthreads();\n}", "    cp_async_wait<0>();\n}", FaultKind.DataRace),
        new("step of the swizzle lost", "(places.a ^ step * 32)", "places.a", null),
        new("rows beyond the tile from outside it", "min(row, tile.row_end - tile.row_begin - 1)", "row", FaultKind.UninitializedRead),
        new("stage beyond the last", "current + Traits::kStageBytes == shared + Tile::kSharedMemoryBytes ? shared : ", "", FaultKind.OutOfBounds),
        new("gather off by one", "tile.row_begin - 1)] / top_k;", "tile.row_begin - 1)] / top_k + 1;", FaultKind.OutOfBounds),
        new("gather of slots instead of tokens", "tile.row_begin - 1)] / top_k;", "tile.row_begin - 1)] / (top_k + 1);", null),
        new("misaligned vector load", "* hidden + min(column,", "* hidden + 1 + min(column,", FaultKind.Misaligned),
        new("misaligned vector store", "store_outputs(destination + output, values)", "store_outputs(destination + output + 2, values)", FaultKind.Misaligned),
        new("misaligned cp.async", "matrix + Loader::thread_depth())", "matrix + Loader::thread_depth() + 4)", FaultKind.Misaligned),
        new("fragments of A in the order of B", "fragment_row(0) + lane % 16, lane / 16)", "fragment_row(0) + lane % 8 + lane / 16 * 8, lane / 8 % 2)", null),
        new("fragments of B in the order of A", "kWarpTileN + lane % 8 + lane / 16 * 8, lane / 8 % 2)", "kWarpTileN + lane % 16, lane / 16)", null),
        new("swizzle of the stores only", "swizzled<Tile>(Traits::fragment_row(0) + lane % 16, lane / 16)", "(Traits::fragment_row(0) + lane % 16) * Traits::kRowBytes + lane / 16 * 16", null),
        new("swizzle of the loads only", "stage + swizzled<Tile>(thread_row(), threadIdx.x % kChunks)", "stage + thread_row() * TileTraits<Tile>::kRowBytes + thread_depth() * 2", null),
        new("no zeros beyond the depth", "Loader::thread_depth() < depth_left", "Loader::thread_depth() < depth_left + 64", FaultKind.OutOfBounds),
        new("no zeros beyond the weight rows", "outputs < outputs_left", "outputs < outputs_left + 64", FaultKind.OutOfBounds),
        new("store beyond the rows of the expert", "        if (row >= tile.row_end) continue;\n", "", FaultKind.DataRace),
        new("store beyond the columns", "if (output >= num_outputs) continue;", "if (output >= num_outputs + 64) continue;", FaultKind.OutOfBounds),
        new("expert after the right one", "static_cast<long long>(tile.expert) * hidden;", "static_cast<long long>(tile.expert + 1) * hidden;", FaultKind.OutOfBounds),
        new("first expert for all", "static_cast<long long>(tile.expert) * hidden;", "0LL * hidden;", null),
        new("gate and up exchanged", "tile_row / 8 % 2 == 1", "tile_row / 8 % 2 == 0", null),
        new("rows of the second half lost", "accumulators[m][fragment][half * 2 + i % 2]", "accumulators[m][fragment][i % 2]", null),
        new("accumulators that are not cleared", "Accumulators<Tile, Sum> accumulators = {};", "Accumulators<Tile, Sum> accumulators = {{{1.0f}}};", null),
        new("scale dropped", "fmaf(row_scale, unpack_low", "fmaf(1.0f, unpack_low", null),
        new("reduction that forgets an expert", "for (int k = 0; k < kFinalizeRows; ++k) {", "for (int k = 1; k < kFinalizeRows; ++k) {", null),
        new("dropped slots that are read", "valid >> k & 1 ? k : __ffs(valid) - 1", "k", FaultKind.UninitializedRead),
        new("block that waits for one that does not run yet", "    float sums[8] = {};\n", "    float sums[8] = {};\n    while (token == 0 && *reinterpret_cast<volatile const int*>(arguments.output + 60 * 200) == -1) {}\n", FaultKind.Endless),
        new("offset that overflows 32 bits", "    float sums[8] = {};\n", "    float sums[8] = {};\n    if (token * 100000000 == arguments.hiddenSize) return;\n", FaultKind.UndefinedBehaviour),
        new("tiles drawn twice", "static_cast<int>(gridDim.x) + atomicAdd", "atomicAdd", FaultKind.DataRace),
        new("draw without an atomic", "atomicAdd(drawn_tiles, 1)", "(*drawn_tiles)++", FaultKind.DataRace),
        new("next tile overwritten while it is read", "queue.next[turn]", "queue.next[0]", FaultKind.DataRace),
        new("index beyond a register array", "accumulators[m][fragment][half * 2 + i % 2]", "accumulators[m][fragment][half * 3 + i % 2]", FaultKind.OutOfBounds),
    ];

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Faults.Length)];

    [Theory, MemberData(nameof(Numbers))]
    public void Is_caught(int number) => AssertCaught(Faults[number], 61);

    // More than 32 rows an expert, so that a warp's second fragment holds some.
    [Fact]
    public void A_fragment_with_rows_that_is_left_out_is_caught() =>
        AssertCaught(new("fragment with rows that is left out", "rows <= (kActive - 1) *", "rows <= kActive *", null), 121);

    private static void AssertCaught(PlantedFault fault, int tokens) => fault.AssertCaught((device, options) =>
    {
        var data = new Data<BFloat16>(new Problem(tokens, 3, 2, 200, 104, Fc1Layout.GateUp, IdPattern.Invalid));
        data.Ids[^1] = 1;  // the last token is gathered, so that one beyond it shows
        using var layer = new PlantedLayer(device.Context, data.Weights, options);
        BFloat16[] output = Emulated.Run(layer, device.Context, data);
        LayerHarness.AssertContract<PlantedLayer, BFloat16>(data, output, data.Ids, data.Scales);
    });

    [Fact]
    public void Without_a_fault_nothing_is_found() => Emulated.Check<PlantedLayer, BFloat16>(
        (context, weights) => new(context, weights, Gpu.Tests.Gpu.Options), new Problem(61, 3, 2, 200, 104, Fc1Layout.GateUp, IdPattern.Invalid));
}
