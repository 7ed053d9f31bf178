using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>GEMM2 with its depth divided among blocks, since it has fewer tiles than the device has multiprocessors: within the contract, and the same bits in every run.</summary>
public sealed class DepthSplitTests
{
    // One tile, so that the depth is divided on any device; then several experts and rows of tokens.
    private static readonly Problem[] Problems =
    [
        new(9, 1, 1, 72, 1200, Fc1Layout.Interleaved, IdPattern.Invalid),
        new(7, 1, 1, 64, 3080, Fc1Layout.GateUp),
        new(33, 3, 2, 136, 1608, Fc1Layout.UpGate, IdPattern.Invalid),
    ];

    public static TheoryData<string, Problem> Cases => Of(Bf16SwigluLadder.Descriptor);

    public static TheoryData<string, Problem> Int8Cases => Of(Int8SwigluLadder.Descriptor);

    [Theory, MemberData(nameof(Cases))]
    public void Is_right_and_repeats_its_bits(string variant, Problem problem)
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(problem);
        MoeWeights<BFloat16> weights = data.WithOptions(Activation.Swiglu, biases: true, constants: false);
        using var layer = new Bf16SwigluLadder(context, weights, Options(context, variant));
        AssertDivides(context, layer.Pipeline!, problem);
        BFloat16[] first = LayerHarness.Run(layer, context, data, poison: 0xD5);
        Assert.Equal(first, LayerHarness.Run(layer, context, data, poison: 0x2A));
        LayerHarness.AssertContract<Bf16SwigluLadder, BFloat16>(data, first, data.Ids, data.Scales, weights);
    }

    [Theory, MemberData(nameof(Int8Cases))]
    public void Integers_of_8_bits(string variant, Problem problem)
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(problem);
        Int8Harness.Check(
            context,
            weights =>
            {
                var layer = new Int8SwigluLadder(context, weights, Options(context, variant));
                AssertDivides(context, layer.Pipeline!, problem);
                return layer;
            },
            Int8Data.Quantize(data.Weights),
            data);
    }

    private static TheoryData<string, Problem> Of(MoeDescriptor descriptor)
    {
        var cases = new TheoryData<string, Problem>();
        foreach (GemmVariant variant in descriptor.Variants)
        {
            Array.ForEach(Problems, problem => cases.Add(variant.Name, problem));
        }

        return cases;
    }

    // Skips where the device has too little shared memory for the variant.
    private static MoeCudaOptions Options(CudaContext context, string variant)
    {
        GemmVariant named = Bf16SwigluLadder.Descriptor.Variants.Concat(Int8SwigluLadder.Descriptor.Variants).First(one => one.Name == variant);
        if (named.SharedMemoryBytes > context.SharedMemoryPerBlockOptin)
        {
            Assert.Skip($"NOT RUN: {variant} needs {named.SharedMemoryBytes} bytes of shared memory, the device has {context.SharedMemoryPerBlockOptin}.");
        }

        return (Gpu.Options ?? new MoeCudaOptions()) with { Variant = variant };
    }

    private static void AssertDivides<T>(CudaContext context, CudaPipeline<T> pipeline, Problem problem)
        where T : unmanaged
    {
        int variant = pipeline.SelectVariant(problem.Shape, problem.T, problem.K);
        int log = pipeline.Layout(problem.Shape, problem.T, problem.K, variant).LogSplits;

        // The emulated device has two multiprocessors, on which dividing a large tile gains less than it has to.
        bool isLarge = variant < pipeline.Selector.DecodeIndex && pipeline.Selector.At(variant).Gemm2 is { } tile && tile.TileM * tile.TileN > 128 * 128;
        Assert.InRange(log, (problem.E == 1 && !isLarge) || context.MultiprocessorCount >= 60 ? 1 : 0, 3);
    }
}
