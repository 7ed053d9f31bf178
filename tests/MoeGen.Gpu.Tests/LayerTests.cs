using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>The whole layer against the managed backend in double precision, within the numeric contract.</summary>
public sealed class LayerTests
{
    public static TheoryData<Problem> Gated => new()
    {
        new Problem(1, 1, 1, 8, 8, Fc1Layout.GateUp),
        new Problem(1, 8, 2, 256, 512, Fc1Layout.GateUp),
        new Problem(2, 4, 2, 72, 40, Fc1Layout.UpGate),
        new Problem(3, 10, 4, 136, 200, Fc1Layout.Interleaved),
        new Problem(15, 130, 8, 64, 24, Fc1Layout.GateUp),
        new Problem(64, 8, 2, 512, 1024, Fc1Layout.GateUp),
        new Problem(73, 64, 6, 128, 96, Fc1Layout.Interleaved, IdPattern.Repeating),
        new Problem(128, 8, 2, 512, 2048, Fc1Layout.UpGate),
        new Problem(257, 4, 3, 200, 328, Fc1Layout.GateUp, IdPattern.Invalid),
        new Problem(300, 16, 2, 256, 128, Fc1Layout.GateUp, IdPattern.OneExpert),
        new Problem(5, 3, 8, 96, 64, Fc1Layout.UpGate, IdPattern.Repeating),
        new Problem(1000, 512, 8, 64, 64, Fc1Layout.GateUp),
        new Problem(2500, 4, 2, 64, 72, Fc1Layout.GateUp),
        new Problem(40, 1024, 32, 64, 32, Fc1Layout.GateUp),
    };

    public static TheoryData<Problem> Plain => new()
    {
        new Problem(1, 1, 1, 8, 8, Fc1Layout.Plain),
        new Problem(7, 8, 2, 264, 136, Fc1Layout.Plain),
        new Problem(64, 5, 2, 512, 1024, Fc1Layout.Plain, IdPattern.Repeating),
        new Problem(333, 16, 4, 128, 264, Fc1Layout.Plain, IdPattern.Invalid),
    };

    [Theory, MemberData(nameof(Gated))]
    public void Bf16_swiglu_pinned_tile(Problem problem) => LayerHarness.Check<Bf16SwigluPinned, BFloat16>(
        (context, weights) => new(context, weights, LayerHarness.TileOf(Bf16SwigluPinned.Descriptor)), problem);

    [Theory, MemberData(nameof(Gated))]
    public void Bf16_swiglu_beside_a_pinned_tile(Problem problem) => LayerHarness.Check<Bf16SwigluPinned, BFloat16>((context, weights) => new(context, weights, Gpu.Options), problem);

    [Theory, MemberData(nameof(Gated))]
    public void Bf16_swiglu_ladder(Problem problem) => LayerHarness.Check<Bf16SwigluLadder, BFloat16>((context, weights) => new(context, weights, Gpu.Options), problem);

    [Theory, MemberData(nameof(Gated))]
    public void Fp16_swiglu_64x256x32(Problem problem) => LayerHarness.Check<Fp16SwigluWide, Half>(
        (context, weights) => new(context, weights, LayerHarness.TileOf(Fp16SwigluWide.Descriptor)), problem);

    [Theory, MemberData(nameof(Plain))]
    public void Fp16_silu_ladder(Problem problem) => LayerHarness.Check<Fp16SiluLadder, Half>((context, weights) => new(context, weights, Gpu.Options), problem);

    [Fact]
    public void Tokens_without_a_valid_expert_are_zero_and_no_token_at_all_works()
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(new Problem(9, 4, 2, 64, 32, Fc1Layout.GateUp));
        Array.Fill(data.Ids, -1);
        using var layer = new Bf16SwigluLadder(context, data.Weights, Gpu.Options);
        Assert.All(LayerHarness.Run(layer, context, data, poison: 0xFF), value => Assert.Equal(0, value.ToBits()));

        layer.Forward([], [], [], Span<BFloat16>.Empty);
        using DeviceBuffer<BFloat16> none = context.Allocate<BFloat16>(0);
        using DeviceBuffer<int> noIds = context.Allocate<int>(0);
        using CudaStream stream = context.CreateStream();
        layer.Forward(none, noIds, null, none, stream);
        stream.Synchronize();
    }

    [Fact]
    public void NaN_and_infinity_stay_in_their_token()
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(new Problem(40, 4, 2, 128, 64, Fc1Layout.GateUp));
        using var layer = new Bf16SwigluLadder(context, data.Weights, Gpu.Options);
        BFloat16[] clean = LayerHarness.Run(layer, context, data, poison: 0);
        data.Input[(7 * 128) + 3] = (BFloat16)float.NaN;
        data.Input[(21 * 128) + 127] = (BFloat16)float.PositiveInfinity;
        BFloat16[] dirty = LayerHarness.Run(layer, context, data, poison: 0);
        for (int token = 0; token < 40; token++)
        {
            Span<BFloat16> row = dirty.AsSpan(token * 128, 128);
            if (token is 7 or 21)
            {
                Assert.Contains(row.ToArray(), value => !float.IsFinite((float)value));
            }
            else
            {
                Assert.Equal(clean.AsSpan(token * 128, 128), row);
            }
        }
    }

    [Fact]
    public void Null_scales_are_one()
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(new Problem(33, 8, 2, 128, 64, Fc1Layout.GateUp));
        Array.Fill(data.Scales, 1f);
        using var layer = new Bf16SwigluLadder(context, data.Weights, Gpu.Options);
        BFloat16[] ones = LayerHarness.Run(layer, context, data, poison: 0);
        var output = new BFloat16[ones.Length];
        layer.Forward(data.Input, data.Ids, [], output);
        Assert.Equal(ones, output);
    }
}
