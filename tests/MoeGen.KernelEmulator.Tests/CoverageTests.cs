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
        var weights = new Data<BFloat16>(new Problem(1, 2, 1, 16, 16, Fc1Layout.GateUp)).Weights;
        using var layer = new Bf16SwigluLadder(device.Context, weights, Gpu.Tests.Gpu.Options);

        // Tokens an expert for each tile of the ladder; the last are sorted in three passes.
        foreach (int tokens in (int[])[3, 40, 80, 300, 4200])
        {
            var data = new Data<BFloat16>(new Problem(tokens, 2, 1, 16, 16, Fc1Layout.GateUp));
            LayerHarness.AssertContract<Bf16SwigluLadder, BFloat16>(data, Emulated.Run(layer, device.Context, data), data.Ids, data.Scales);
        }

        Assert.Equal(device.Driver.LoadedKernels.Order(), device.Driver.Launches.Distinct().Order());
        Assert.Equal((2 * Bf16SwigluLadder.Descriptor.Variants.Count) + 5, device.Driver.LoadedKernels.Count());
    }

    [Fact]
    public void Kernels_of_other_layers()
    {
        using var device = new EmulatedDevice();
        var routed = new Data<Half>(new Problem(5, 4, 2, 16, 16, Fc1Layout.Plain));
        using var select = new PlantedRoutedLayer(device.Context, routed.Weights, Gpu.Tests.Gpu.Options);
        select.ForwardFromLogits(routed.Input, new float[20], 2, new Half[routed.Input.Length]);
        var plugged = new Data<Half>(new Problem(5, 4, 2, 16, 16, Fc1Layout.GateUp));
        using var custom = new CustomGemmLayer(device.Context, plugged.Weights, Gpu.Tests.Gpu.Options);
        Emulated.Run(custom, device.Context, plugged);
        Assert.Contains("moe_select_experts", device.Driver.Launches);
        Assert.Contains("moe_permute", device.Driver.Launches);
        Assert.Contains("moe_apply_activation", device.Driver.Launches);
    }
}
