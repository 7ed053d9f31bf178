using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>Layers with weights as codes against the same-quantised reference: every variant, all formats, and the same bits in every run.</summary>
public sealed class CodeLayerTests
{
    private static readonly Problem[] Gated =
    [
        new(1, 8, 2, 256, 128, Fc1Layout.GateUp),
        new(21, 5, 3, 128, 192, Fc1Layout.Interleaved, IdPattern.Invalid),
        new(150, 6, 2, 64, 128, Fc1Layout.UpGate, IdPattern.OneExpert),
        new(300, 3, 2, 192, 64, Fc1Layout.UpGate, IdPattern.Repeating),
    ];

    // No groups: rows of codes that are no multiple of 16 bytes.
    private static readonly Problem[] Ragged = [new(2, 3, 2, 264, 136, Fc1Layout.GateUp), new(97, 5, 3, 72, 200, Fc1Layout.Interleaved, IdPattern.Invalid)];

    public static TheoryData<Problem> All => [.. Gated];

    public static TheoryData<Problem> RaggedOnes => [.. Ragged];

    public static TheoryData<string, Problem> Variants
    {
        get
        {
            var cases = new TheoryData<string, Problem>();
            string[] names = [.. Bf16Int4Weights.Descriptor.Variants.Select(variant => variant.Name)];
            foreach (string name in (string[])[.. names, $"{names[^1]}+{names[0]}"])
            {
                cases.Add(name, Gated[1]);
                cases.Add(name, Gated[3]);
            }

            cases.Add(GemmVariant.Decode.Name, Gated[0]);
            cases.Add(GemmVariant.Decode.Name, Gated[1]);
            cases.Add(GemmVariant.Decode.Name, new Problem(64, 2, 1, 1088, 832, Fc1Layout.UpGate, IdPattern.OneExpert));
            return cases;
        }
    }

    [Theory, MemberData(nameof(Variants))]
    public void Every_variant_of_4_bit_weights(string variant, Problem problem)
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(problem);
        MoeCudaOptions options = (Gpu.Options ?? new MoeCudaOptions()) with { Variant = variant };
        Check(context, weights => new Bf16Int4Weights(context, weights, options), CodeData.Weights(data, WeightFormat.Int4Group, 32), data);
    }

    [Theory, MemberData(nameof(Variants))]
    public void Every_variant_of_8_bit_weights(string variant, Problem problem)
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(problem);
        MoeCudaOptions options = (Gpu.Options ?? new MoeCudaOptions()) with { Variant = variant };
        Check(context, weights => new Bf16Int8Weights(context, weights, options), CodeData.Weights(data, WeightFormat.Int8PerChannel), data);
    }

    [Theory, MemberData(nameof(RaggedOnes))]
    public void Ragged_8_bit_weights(Problem problem)
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(problem);
        Check(context, weights => new Bf16Int8Weights(context, weights, Gpu.Options), CodeData.Weights(data, WeightFormat.Int8PerChannel, biases: true), data);
    }

    [Theory, MemberData(nameof(All))]
    public void Groups_with_zero_points(Problem problem)
    {
        CudaContext context = Gpu.Context;
        var data = new Data<Half>(problem);
        Check(context, weights => new Fp16Int4Weights(context, weights, Gpu.Options), CodeData.Weights(data, WeightFormat.Int4Group, 64, zeroPoints: true), data);
    }

    [Theory, MemberData(nameof(All))]
    public void Mxfp4_with_biases_and_constants(Problem problem)
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(problem);
        Check(context, weights => new Bf16OaiMxfp4Weights(context, weights, Gpu.Options), CodeData.Weights(data, WeightFormat.Mxfp4, activation: Activation.SwigluOai, biases: true), data);
        var halves = new Data<Half>(problem);
        Check(context, weights => new Fp16Mxfp4Weights(context, weights, Gpu.Options), CodeData.Weights(halves, WeightFormat.Mxfp4), halves);
    }

    [Fact]
    public void Plain_layers()
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(new Problem(90, 5, 2, 128, 256, Fc1Layout.Plain, IdPattern.Repeating));
        Check(context, weights => new Bf16Relu2Int4Weights(context, weights, Gpu.Options), CodeData.Weights(data, WeightFormat.Int4Group, 128, activation: Activation.Relu2), data);
        var halves = new Data<Half>(new Problem(133, 6, 4, 72, 136, Fc1Layout.Plain, IdPattern.Invalid));
        Check(context, weights => new Fp16SiluInt8Weights(context, weights, Gpu.Options), CodeData.Weights(halves, WeightFormat.Int8PerChannel, activation: Activation.Silu, biases: true), halves);
    }

    [Fact]
    public void Weights_of_another_group_size_are_refused()
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(Gated[0]);
        QuantizedMoeWeights<BFloat16> weights = CodeData.Weights(data, WeightFormat.Int4Group, 64);
        string message = Assert.Throws<ArgumentException>(() => new Bf16Int4Weights(context, weights, Gpu.Options)).Message;
        Assert.Contains("Int4Group in groups of 64", message, StringComparison.Ordinal);
        Assert.Contains("Int4Group in groups of 32", message, StringComparison.Ordinal);
    }

    private static void Check<TLayer, T>(CudaContext context, Func<QuantizedMoeWeights<T>, TLayer> make, QuantizedMoeWeights<T> weights, Data<T> data)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        MoeDescriptor descriptor = TLayer.Descriptor;
        using TLayer layer = make(weights);
        T[] output = Int8Harness.Run(context, layer, data);
        double[] Reference(RoundingPoints rounding) => ManagedMoe.ForwardDouble(
            weights, descriptor.Activation, data.Input, data.Ids, data.Scales, data.Problem.K, new ManagedOptions { Rounding = rounding }, descriptor.Swiglu);
        double[] expected = Reference(RoundingPoints.None);
        Assert.InRange(Math.Sqrt(expected.Average(value => value * value)), 0.02, 50);
        ContractVerdict verdict = NumericContract.For(descriptor.Dtype).Check<T>(output, expected, data.Problem.H, Reference(LayerHarness.KernelRounding));
        Assert.True(verdict.Passed, $"{data.Problem}: {verdict}");
        Assert.Equal(output, Int8Harness.Run(context, layer, data));
    }
}
