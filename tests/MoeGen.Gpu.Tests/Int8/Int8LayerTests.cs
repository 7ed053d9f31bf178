using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>Layers of 8-bit integers against the same-quantised reference, with each variant, and the same bits in every run.</summary>
public sealed class Int8LayerTests
{
    // Sizes that are no multiple of 16 have padded rows.
    private static readonly Problem[] Gated =
    [
        new(1, 1, 1, 8, 8, Fc1Layout.GateUp),
        new(1, 8, 2, 264, 136, Fc1Layout.GateUp),
        new(97, 5, 3, 72, 200, Fc1Layout.Interleaved, IdPattern.Invalid),
        new(150, 16, 2, 64, 40, Fc1Layout.UpGate, IdPattern.OneExpert),
        new(300, 3, 2, 136, 72, Fc1Layout.UpGate, IdPattern.Repeating),
    ];

    public static TheoryData<string, Problem> Variants
    {
        get
        {
            var cases = new TheoryData<string, Problem>();
            string[] names = [.. Int8SwigluLadder.Descriptor.Variants.Select(variant => variant.Name)];
            foreach (string name in (string[])[.. names, $"{names[^1]}+{names[2]}"])
            {
                cases.Add(name, Gated[1]);
                cases.Add(name, Gated[2]);
                cases.Add(name, Gated[4]);
            }

            cases.Add(GemmVariant.Decode.Name, Gated[1]);
            cases.Add(GemmVariant.Decode.Name, new Problem(21, 5, 3, 72, 200, Fc1Layout.Interleaved, IdPattern.Invalid));
            cases.Add(GemmVariant.Decode.Name, new Problem(64, 2, 1, 520, 392, Fc1Layout.UpGate, IdPattern.OneExpert));
            return cases;
        }
    }

    public static TheoryData<Problem> AllGated => [.. Gated];

    public static TheoryData<Problem> Plain =>
    [
        new Problem(7, 8, 2, 264, 136, Fc1Layout.Plain),
        new Problem(64, 5, 2, 120, 104, Fc1Layout.Plain, IdPattern.Repeating),
        new Problem(133, 16, 4, 64, 136, Fc1Layout.Plain, IdPattern.Invalid),
    ];

    [Theory, MemberData(nameof(Variants))]
    public void Every_variant(string variant, Problem problem)
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(problem);
        MoeCudaOptions options = (Gpu.Options ?? new MoeCudaOptions()) with { Variant = variant };
        Int8Harness.Check(context, weights => new Int8SwigluLadder(context, weights, options), Int8Data.Quantize(data.Weights), data);
    }

    [Theory, MemberData(nameof(AllGated))]
    public void Smoothed_and_calibrated(Problem problem)
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(problem);
        Int8Harness.Check(context, weights => new Int8SwigluLadder(context, weights, Gpu.Options), Int8Data.Quantize(data.Weights, isSmoothed: true, isCalibrated: true), data);
        Int8Harness.Check(context, weights => new Int8SwigluLadder(context, weights, Gpu.Options), Int8Data.Quantize(data.Weights, isCalibrated: true), data);
    }

    [Theory, MemberData(nameof(Plain))]
    public void Plain_with_biases_to_fp16(Problem problem)
    {
        CudaContext context = Gpu.Context;
        var data = new Data<Half>(problem);
        QuantizedMoeWeights<Half> weights = Int8Data.Quantize(data.WithOptions(Activation.Silu, biases: true, constants: false), isSmoothed: true);
        Int8Harness.Check(context, codes => new Int8Fp16SiluPinned(context, codes, Gpu.Options), weights, data);
        Int8Harness.Check(context, codes => new Int8Fp16SiluPinned(context, codes, LayerHarness.TileOf(Int8Fp16SiluPinned.Descriptor)), weights, data);
    }

    [Fact]
    public void NaN_and_infinity_stay_in_their_token_and_small_and_zero_tokens_are_zeros()
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(new Problem(40, 4, 2, 136, 72, Fc1Layout.GateUp));
        using var layer = new Int8SwigluLadder(context, Int8Data.Quantize(data.Weights), Gpu.Options);
        BFloat16[] clean = Int8Harness.Run(context, layer, data);
        data.Input[(7 * 136) + 3] = (BFloat16)float.NaN;
        data.Input[(21 * 136) + 127] = (BFloat16)float.NegativeInfinity;
        data.Input.AsSpan(30 * 136, 136).Clear();
        data.Input.AsSpan(31 * 136, 136).Fill((BFloat16)1e-37f);
        BFloat16[] dirty = Int8Harness.Run(context, layer, data);
        for (int token = 0; token < 40; token++)
        {
            BFloat16[] row = dirty.AsSpan(token * 136, 136).ToArray();
            switch (token)
            {
                case 7 or 21:
                    Assert.All(row, value => Assert.True(float.IsNaN((float)value)));
                    break;
                case 30 or 31:
                    Assert.All(row, value => Assert.Equal(0f, (float)value));
                    break;
                default:
                    Assert.Equal(clean.AsSpan(token * 136, 136).ToArray(), row);
                    break;
            }
        }
    }

    [Fact]
    public void A_captured_call_gives_the_same_bits_with_fewer_tokens_on_the_device_too()
    {
        CudaContext context = Gpu.Context;
        foreach (int tokens in (int[])[5, 60])
        {
            var data = new Data<BFloat16>(new Problem(tokens, 6, 3, 72, 40, Fc1Layout.GateUp));
            using var layer = new Int8SwigluLadder(context, Int8Data.Quantize(data.Weights), Gpu.Options);
            BFloat16[] eager = Int8Harness.Run(context, layer, data);
            using var buffers = new Buffers<BFloat16>(context, data);
            using CudaStream stream = context.CreateStream();
            using DeviceBuffer<int> count = context.Allocate<int>(1);
            count.CopyFrom([tokens - 2]);
            using MoeGraph graph = layer.CaptureForward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream, numTokensOnDevice: count);
            graph.Launch(stream);
            stream.Synchronize();
            BFloat16[] output = buffers.ReadOutput();
            Assert.Equal(eager[..((tokens - 2) * 72)], output[..((tokens - 2) * 72)]);
            Assert.All(output[((tokens - 2) * 72)..], value => Assert.Equal(0, value.ToBits()));
        }
    }

    /// <summary>The sigmoid of a logit scales the expert's input: beside the scale of the token's codes.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(90)]
    public void Scaled_inputs_of_routed_layers(int tokens)
    {
        CudaContext context = Gpu.Context;
        var data = new Data<Half>(new Problem(tokens, 4, 1, 136, 72, Fc1Layout.GateUp));
        QuantizedMoeWeights<Half> weights = Int8Data.Quantize(data.Weights);
        var random = new Random(5);
        float[] logits = [.. Enumerable.Range(0, tokens * 4).Select(_ => (random.NextSingle() * 4) - 2)];
        var output = new Half[data.Input.Length];
        var expected = new Half[data.Input.Length];
        using var layer = new Int8Fp16Routed(context, weights, Gpu.Options);
        using var managed = new Int8Fp16Routed(new ManagedBackend(), weights);
        layer.ForwardFromLogits(data.Input, logits, 1, output);
        managed.ForwardFromLogits(data.Input, logits, 1, expected);
        ContractVerdict verdict = NumericContract.ForQuantizedActivations(Dtype.FP16).Check<Half>(output, [.. expected.Select(value => (double)value)], 136);
        Assert.True(verdict.Passed, verdict.ToString());
    }

    [Fact]
    public void Weights_of_another_format_are_refused()
    {
        CudaContext context = Gpu.Context;
        QuantizedMatrix Matrix(int rows, int columns) => QuantizedMatrix.Int4(rows, columns, 32, new byte[rows * columns / 2], new float[rows * columns / 32]);
        var weights = new QuantizedMoeWeights<BFloat16>(new MoeShape(1, 32, 32), Fc1Layout.GateUp, [Matrix(64, 32)], [Matrix(32, 32)]);
        string message = Assert.ThrowsAny<Exception>(() => new Int8SwigluLadder(context, weights, Gpu.Options)).Message;
        Assert.Contains("Int4Group", message, StringComparison.Ordinal);
    }
}
