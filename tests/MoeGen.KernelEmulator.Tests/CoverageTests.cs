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

        // Enough slots for a sort in three passes.
        Run(Bf16SwigluLadder.Descriptor.Variants[^1], new Problem(4200, 2, 1, 16, 16, Fc1Layout.GateUp));
        Assert.Equal(kernels.Order(), device.Driver.Launches.Distinct().Order());
        Assert.Equal((2 * Bf16SwigluLadder.Descriptor.Variants.Count) + 7, kernels.Length);

        void Run(GemmVariant variant, Problem problem)
        {
            var data = new Data<BFloat16>(problem);
            using var layer = new Bf16SwigluLadder(device.Context, data.Weights, Gpu.Tests.Gpu.Options! with { Variant = variant.Name });
            kernels = [.. device.Driver.LoadedKernels];
            Assert.Equal(variant, layer.VariantFor(problem.T, problem.K));
            LayerHarness.AssertContract<Bf16SwigluLadder, BFloat16>(data, Emulated.Run(layer, device.Context, data), data.Ids, data.Scales);
        }
    }

    [Fact]
    public void Kernels_of_other_layers()
    {
        using var device = new EmulatedDevice();
        var routed = new Data<Half>(new Problem(5, 4, 2, 16, 16, Fc1Layout.Plain));
        using var select = new PlantedRoutedLayer(device.Context, routed.Weights, Gpu.Tests.Gpu.Options);
        foreach (int tokens in (int[])[5, 130])
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
