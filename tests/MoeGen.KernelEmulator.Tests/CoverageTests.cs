using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Every kernel that the generator can emit is run: each text's kernels, all of them.</summary>
public sealed class CoverageTests
{
    [Fact]
    public void Ladder()
    {
        using var device = new EmulatedDevice();
        string[] kernels = [];
        foreach (GemmVariant variant in (GemmVariant[])[.. Bf16SwigluLadder.Descriptor.Variants, GemmVariant.Decode])
        {
            Run(variant, new Problem(60, 2, 1, 16, 16, Fc1Layout.GateUp));
        }

        // GEMM2 in a tile of its own: the sort lists both GEMMs' tiles.
        GemmVariant[] tiles = [.. Bf16SwigluLadder.Descriptor.Variants];
        foreach ((GemmVariant gemm1, GemmVariant gemm2) in ((GemmVariant, GemmVariant)[])[(tiles[^1], tiles[2]), (tiles[0], tiles[4]), (tiles[4], tiles[^1])])
        {
            Run(gemm1, new Problem(90, 3, 2, 72, 16, Fc1Layout.GateUp, IdPattern.Repeating), gemm2);
        }

        Run(tiles[1], new Problem(4200, 2, 1, 16, 16, Fc1Layout.GateUp), tiles[2]);

        // One tile, whose depth is divided.
        Run(tiles[0], new Problem(9, 1, 1, 72, 1200, Fc1Layout.GateUp));

        // Enough slots for a sort in three passes.
        Run(Bf16SwigluLadder.Descriptor.Variants[^1], new Problem(4200, 2, 1, 16, 16, Fc1Layout.GateUp));
        Assert.Equal(kernels.Order(), device.Driver.Launches.Distinct().Order());
        Assert.Equal(Bf16SwigluLadder.Descriptor.Variants.Count + 7, kernels.Length);

        void Run(GemmVariant variant, Problem problem, GemmVariant? gemm2 = null)
        {
            var data = new Data<BFloat16>(problem);
            using var layer = new Bf16SwigluLadder(device.Context, data.Weights, Gpu.Tests.Gpu.Options! with { Variant = gemm2 is null ? variant.Name : $"{variant.Name}+{gemm2.Name}" });
            kernels = [.. device.Driver.LoadedKernels];
            Assert.Equal((variant, gemm2 ?? variant), layer.ChoiceFor(problem.T, problem.K) is { } choice ? (choice.Gemm1, choice.Gemm2) : default);
            LayerHarness.AssertContract<Bf16SwigluLadder, BFloat16>(data, Emulated.Run(layer, device.Context, data), data.Ids, data.Scales);
        }
    }

    [Fact]
    public void Kernels_of_other_layers()
    {
        using var device = new EmulatedDevice();
        var routed = new Data<Half>(new Problem(5, 4, 2, 16, 16, Fc1Layout.Plain));
        using var select = new PlantedRoutedLayer(device.Context, routed.Weights, Gpu.Tests.Gpu.Options);
        foreach (int tokens in (int[])[5, 16, 600])
        {
            select.ForwardFromLogits(new Half[tokens * 16], new float[tokens * 4], 2, new Half[tokens * 16]);
        }

        select.ForwardBlock(routed.Input, new MoeRouter(RoutingMethod.SoftmaxTopKRenormalized, 4, 2, new float[64]), new Half[routed.Input.Length]);
        var plugged = new Data<Half>(new Problem(5, 4, 2, 16, 16, Fc1Layout.GateUp));
        using var custom = new CustomGemmLayer(device.Context, plugged.Weights, Gpu.Tests.Gpu.Options);
        Emulated.Run(custom, device.Context, plugged);
        Assert.Contains("moe_select_experts", device.Driver.Launches);
        Assert.Contains("moe_select_and_route", device.Driver.Launches);
        Assert.Contains("moe_router_logits", device.Driver.Launches);
        Assert.Contains("moe_permute", device.Driver.Launches);
        Assert.Contains("moe_apply_activation", device.Driver.Launches);
    }
}
