using System.Text;
using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Mistakes in what GEMM1 tells GEMM2 within one launch: each is seen.</summary>
public sealed class PlantedFusedFaultTests
{
    private static readonly PlantedFault[] Faults =
    [
        new("GEMM2 that does not wait", "while (load_acquired(arguments.finishedTiles + expert) < tiles) {}", "", FaultKind.DataRace),
        new("tiles finished, and their rows not released", "increment_released(arguments.finishedTiles + expert, ~0u)", "atomicInc(arguments.finishedTiles + expert, ~0u)", FaultKind.DataRace),
        new("a tile finished before all warps have stored it", "            __syncthreads();\n            if (threadIdx.x == 0) increment_released", "            if (threadIdx.x == 0) increment_released", FaultKind.DataRace),
        new("GEMM2 that waits for more tiles than there are", "+ expert) < tiles) {}", "+ expert) <= tiles) {}", FaultKind.Endless),
        new("finished tiles of another expert", "increment_released(arguments.finishedTiles + expert,", "increment_released(arguments.finishedTiles,", FaultKind.Endless),
        new("finished tiles that are not zeroed", "arguments.drawnTiles[2 + expert] = 0;", "", FaultKind.UninitializedRead),
        new("a first tile of GEMM1 that is not drawn", "queue.next[1] = queue.draw(first.drawnTiles);", "queue.begin_with_own_tile();", FaultKind.Endless),
        new("GEMM2's first tile before all have read GEMM1's last draw", "        });\n        __syncthreads();\n    }\n    if (!arguments.runsGemm2)", "        });\n    }\n    if (!arguments.runsGemm2)", FaultKind.DataRace),
        new("GEMM2's tiles drawn as if the first were too", "if (threadIdx.x == 0) queue.begin_with_own_tile();\n    gemm2", "if (threadIdx.x == 0) queue.next[1] = blockIdx.x;\n    gemm2", FaultKind.DataRace),
        new("a block that waits before its tile of GEMM1 is stored", "            finished(tile.expert);\n", "", FaultKind.Endless),
    ];

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Faults.Length)];

    [Theory, MemberData(nameof(Numbers))]
    public void Is_caught(int number) => Faults[number].AssertCaught(Run, Options);

    [Fact]
    public void Without_a_fault_nothing_is_found()
    {
        using var device = new EmulatedDevice();
        Run(device, Options(text => text));
        Assert.Empty(device.Driver.Faults);
        Assert.Contains("moe_gemms_m16n128k64s3", device.Driver.Launches);
    }

    private static MoeCudaOptions Options(Func<string, string> change) =>
        EmulatedKernelCompiler.Options(text => Encoding.UTF8.GetBytes(change(TileText.WithoutDecode(Encoding.UTF8.GetString(text)))));

    // Both experts have a tile of GEMM2, and several of GEMM1.
    private static void Run(EmulatedDevice device, MoeCudaOptions options)
    {
        var data = new Data<BFloat16>(new Problem(9, 2, 2, 72, 200, Fc1Layout.GateUp));
        using var layer = new Bf16SwigluLadder(device.Context, data.Weights, options with { Variant = "m16n128k64s3" });
        LayerHarness.AssertContract<Bf16SwigluLadder, BFloat16>(data, Emulated.Run(layer, device.Context, data), data.Ids, data.Scales);
    }
}
