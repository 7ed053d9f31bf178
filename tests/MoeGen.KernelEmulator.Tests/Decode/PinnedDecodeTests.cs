using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Classes that pin a tile: few tokens run the decode kernels beside it, more run the tile, and a named tile runs all.</summary>
public sealed class PinnedDecodeTests
{
    private static readonly string[] Decode = ["moe_decode"];
    private static readonly string[] Int8Decode = ["moe_quantize_input", "moe_decode_gemm1", "moe_quantize_activated", "moe_decode_gemm2"];

    [Theory]
    [InlineData(1, true)]
    [InlineData(8, true)]
    [InlineData(40, false)]
    public void Elements(int tokens, bool decodes)
    {
        var data = new Data<BFloat16>(new Problem(tokens, 8, 2, 136, 72, Fc1Layout.GateUp));
        Check<PlantedLayer, BFloat16>((context, options) => new(context, data.Weights, options), data, decodes ? Decode : Tiled("m64n64k32s3"));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(8, true)]
    [InlineData(40, false)]
    public void Elements_without_a_gate(int tokens, bool decodes)
    {
        var data = new Data<Half>(new Problem(tokens, 8, 2, 72, 40, Fc1Layout.Plain));
        Check<Tile16x128x64, Half>((context, options) => new(context, data.Weights, options), data, decodes ? Decode : Tiled("m16n128k64s5"));
    }

    [Fact]
    public void A_named_tile_runs_few_tokens()
    {
        var data = new Data<BFloat16>(new Problem(1, 8, 2, 136, 72, Fc1Layout.UpGate));
        Check<PlantedLayer, BFloat16>(
            (context, options) => new(context, data.Weights, options with { Variant = "m64n64k32s3" }), data, Tiled("m64n64k32s3"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void Integers_of_8_bits(int tokens)
    {
        var data = new Data<BFloat16>(new Problem(tokens, 8, 2, 136, 72, Fc1Layout.GateUp));
        QuantizedMoeWeights<BFloat16> weights = Int8Data.Quantize(data.Weights);
        using var device = new EmulatedDevice();
        using var layer = new PlantedInt8Layer(device.Context, weights, Gpu.Tests.Gpu.Options);
        Int8Harness.AssertContract<PlantedInt8Layer, BFloat16>(weights, data, Int8Harness.Run(device.Context, layer, data));
        Assert.Equal(Int8Decode, device.Driver.Launches);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void Weights_of_4_bits(int tokens)
    {
        var data = new Data<BFloat16>(new Problem(tokens, 8, 2, 160, 96, Fc1Layout.GateUp));
        QuantizedMoeWeights<BFloat16> weights = CodeData.Weights(data, WeightFormat.Int4Group, 32);
        using var device = new EmulatedDevice();
        using var layer = new PlantedInt4Layer(device.Context, weights, Gpu.Tests.Gpu.Options);
        BFloat16[] output = Int8Harness.Run(device.Context, layer, data);
        double[] expected = ManagedMoe.ForwardDouble(weights, Activation.Swiglu, data.Input, data.Ids, data.Scales, 2);
        ContractVerdict verdict = NumericContract.For(Dtype.BF16).Check<BFloat16>(output, expected, 160);
        Assert.True(verdict.Passed, verdict.ToString());
        Assert.Equal(Decode, device.Driver.Launches);
    }

    [Fact]
    public void Experts_that_the_layer_chooses()
    {
        var data = new Data<Half>(new Problem(8, 8, 2, 72, 40, Fc1Layout.Plain));
        float[] logits = Data<float>.Normal(new Random(5), 8 * 8, 2);
        ManagedRouter.SelectExperts(logits, 8, 2, RoutingMethod.SoftmaxTopKRenormalized, data.Ids, data.Scales);
        using var device = new EmulatedDevice();
        using var layer = new PlantedRoutedLayer(device.Context, data.Weights, Gpu.Tests.Gpu.Options);
        var output = new Half[data.Input.Length];
        layer.ForwardFromLogits(data.Input, logits, 2, output);
        LayerHarness.AssertContract<PlantedRoutedLayer, Half>(data, output, data.Ids, data.Scales);
        Assert.Equal(["moe_select_experts", .. Decode], device.Driver.Launches);
    }

    private static string[] Tiled(string tile) => ["moe_route_small", $"moe_gemm1_{tile}", $"moe_gemm2_{tile}", "moe_finalize"];

    private static void Check<TLayer, T>(Func<CudaContext, MoeCudaOptions, TLayer> make, Data<T> data, string[] launches)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        using var device = new EmulatedDevice();
        using TLayer layer = make(device.Context, Gpu.Tests.Gpu.Options!);
        T[] output = Emulated.Run(layer, device.Context, data);
        Assert.Empty(device.Driver.Faults);
        Assert.Equal(launches, device.Driver.Launches);
        Assert.Equal(launches == Decode ? GemmVariant.Decode : TLayer.Descriptor.Variants.Single(), layer.ChoiceFor(data.Problem.T, data.Problem.K)!.Value.Gemm1);
        LayerHarness.AssertContract<TLayer, T>(data, output, data.Ids, data.Scales);

        // Whatever lies in workspace and output, and run after run.
        Assert.Equal(output, LayerHarness.Run(layer, device.Context, data, poison: 0xD5));
        Assert.Equal(output, LayerHarness.Run(layer, device.Context, data, poison: 0x2A));
    }
}
