using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Classes that implement GEMM1, GEMM2 or both: right results, and no kernel in the text for a GEMM that they implement.</summary>
public sealed class CustomGemmTests
{
    private static readonly string[] Always = ["moe_route_small", "moe_route_count", "moe_route_scan", "moe_route_place", "moe_permute", "moe_apply_activation", "moe_finalize"];

    [Fact]
    public void Both() => Check<CustomGemmLayer, Half>(
        (context, weights, options) => new(context, weights, options), Fc1Layout.Interleaved, null, ["moe_permute", "moe_apply_activation"], []);

    [Theory]
    [InlineData("m16n128k64s3")]
    [InlineData("m80n128k64s3")]
    [InlineData("m128n128k64s3")]
    public void Gemm1_beside_each_tile_of_the_generated_gemm2(string variant) => Check<OwnGemm1Layer, Half>(
        (context, weights, options) => new(context, weights, options), Fc1Layout.Plain, variant,
        ["moe_permute", "moe_apply_activation", $"moe_gemm2_{variant}"], 
        // The emulator loads a text as a whole.
        OwnGemm1Layer.Descriptor.Variants.Select(tile => $"moe_gemm2_{tile.Name}"));

    [Fact]
    public void Gemm2_beside_the_generated_gemm1() => Check<OwnGemm2Layer, BFloat16>(
        (context, weights, options) => new(context, weights, options), Fc1Layout.UpGate, null, ["moe_gemm1_m32n64k64s6"], ["moe_gemm1_m32n64k64s6"]);

    [Fact]
    public void A_plug_in_takes_the_place_of_generated_and_own()
    {
        using var device = new EmulatedDevice();
        var data = new Data<BFloat16>(new Problem(21, 5, 3, 72, 40, Fc1Layout.GateUp));
        using var layer = new OwnGemm2Layer(device.Context, data.Weights, Gpu.Tests.Gpu.Options);
        layer.UseGemm(new HostGemm<BFloat16>());
        LayerHarness.AssertContract<OwnGemm2Layer, BFloat16>(data, Emulated.Run(layer, device.Context, data), data.Ids, data.Scales);
        Assert.Equal(["moe_route_small", "moe_permute", "moe_apply_activation", "moe_finalize"], device.Driver.Launches);
        layer.UseGemm(null);
        LayerHarness.AssertContract<OwnGemm2Layer, BFloat16>(data, Emulated.Run(layer, device.Context, data), data.Ids, data.Scales);
        Assert.Equal(["moe_route_small", "moe_gemm1_m32n64k64s6", "moe_finalize"], device.Driver.Launches.Skip(4));
    }

    private static void Check<TLayer, T>(
        Func<CudaContext, MoeWeights<T>, MoeCudaOptions, TLayer> make, Fc1Layout layout, string? variant, string[] betweenRouteAndFinalize, IEnumerable<string> gemms)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        using var device = new EmulatedDevice();
        var data = new Data<T>(new Problem(37, 5, 3, 72, 136, layout, IdPattern.Invalid));
        using TLayer layer = make(device.Context, data.Weights, Gpu.Tests.Gpu.Options! with { Variant = variant });
        T[] output = Emulated.Run(layer, device.Context, data);
        Assert.Empty(device.Driver.Faults);
        LayerHarness.AssertContract<TLayer, T>(data, output, data.Ids, data.Scales);
        Assert.Equal(["moe_route_small", .. betweenRouteAndFinalize, "moe_finalize"], device.Driver.Launches);
        Assert.Equal(Always.Concat(gemms).Order(), device.Driver.LoadedKernels.Order());
        OptionalWeights.Check<TLayer, T>(
            (context, weights) => make(context, weights, Gpu.Tests.Gpu.Options with { Variant = variant }), data, OptionalWeights.WithBiases(data));
    }
}
