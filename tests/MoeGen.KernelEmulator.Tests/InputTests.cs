using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>What lies in buffers and rows beside a token never reaches it; replayed graphs equal eager calls.</summary>
public sealed class InputTests
{
    private static readonly Problem Small = new(40, 4, 2, 72, 40, Fc1Layout.GateUp, IdPattern.Invalid);

    [Fact]
    public void Poison_in_buffers_never_reaches_the_output()
    {
        using var device = new EmulatedDevice();
        var data = new Data<BFloat16>(Small);
        using var layer = new Bf16SwigluLadder(device.Context, data.Weights, Gpu.Tests.Gpu.Options);
        BFloat16[] clean = Emulated.Run(layer, device.Context, data);
        Assert.Equal(clean, LayerHarness.Run(layer, device.Context, data, poison: 0xD5));
        Assert.Equal(clean, LayerHarness.Run(layer, device.Context, data, poison: 0x2A));
    }

    [Fact]
    public void NaN_and_infinity_stay_in_their_token()
    {
        using var device = new EmulatedDevice();
        var data = new Data<BFloat16>(Small with { Ids = IdPattern.Distinct });
        using var layer = new Bf16SwigluLadder(device.Context, data.Weights, Gpu.Tests.Gpu.Options);
        BFloat16[] clean = Emulated.Run(layer, device.Context, data);
        data.Input[(7 * 72) + 3] = (BFloat16)float.NaN;
        data.Input[(21 * 72) + 71] = (BFloat16)float.PositiveInfinity;
        BFloat16[] dirty = Emulated.Run(layer, device.Context, data);
        for (int token = 0; token < 40; token++)
        {
            Span<BFloat16> row = dirty.AsSpan(token * 72, 72);
            if (token is 7 or 21)
            {
                Assert.Contains(row.ToArray(), value => !float.IsFinite((float)value));
            }
            else
            {
                Assert.Equal(clean.AsSpan(token * 72, 72), row);
            }
        }
    }

    [Fact]
    public void Tokens_without_a_valid_expert_are_zero_and_no_token_at_all_works()
    {
        using var device = new EmulatedDevice();
        var data = new Data<BFloat16>(Small);
        Array.Fill(data.Ids, -1);
        using var layer = new Bf16SwigluLadder(device.Context, data.Weights, Gpu.Tests.Gpu.Options);
        Assert.All(Emulated.Run(layer, device.Context, data), value => Assert.Equal(0, value.ToBits()));
        layer.Forward([], [], [], Span<BFloat16>.Empty);
    }

    [Fact]
    public void Null_scales_are_one()
    {
        using var device = new EmulatedDevice();
        var data = new Data<BFloat16>(Small);
        Array.Fill(data.Scales, 1f);
        using var layer = new Bf16SwigluLadder(device.Context, data.Weights, Gpu.Tests.Gpu.Options);
        BFloat16[] ones = Emulated.Run(layer, device.Context, data);
        var output = new BFloat16[ones.Length];
        layer.Forward(data.Input, data.Ids, [], output);
        Assert.Equal(ones, output);
    }

    [Fact]
    public void Graph_replay_equals_eager_and_follows_new_contents()
    {
        using var device = new EmulatedDevice();
        var data = new Data<BFloat16>(Small);
        var other = new Data<BFloat16>(Small with { Seed = 2 });
        using var layer = new Bf16SwigluLadder(device.Context, data.Weights, Gpu.Tests.Gpu.Options);
        using var buffers = new Buffers<BFloat16>(device.Context, data);
        using CudaStream stream = device.Context.CreateStream();
        using MoeGraph graph = layer.CaptureForward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream);
        Assert.Empty(device.Driver.Launches);
        Assert.Equal(Emulated.Run(layer, device.Context, data), Replay());

        buffers.Input.CopyFrom(other.Input);
        buffers.Ids.CopyFrom(other.Ids);
        buffers.Scales.CopyFrom(other.Scales);
        BFloat16[] replayed = Replay();
        layer.Forward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream);
        stream.Synchronize();
        Assert.Equal(buffers.ReadOutput(), replayed);

        BFloat16[] Replay()
        {
            buffers.Output.Fill(0xFF);
            graph.Launch(stream);
            stream.Synchronize();
            return buffers.ReadOutput();
        }
    }

    [Fact]
    public void Every_run_gives_the_same_bits()
    {
        using var device = new EmulatedDevice();
        var data = new Data<BFloat16>(Small);
        using var layer = new Bf16SwigluLadder(device.Context, data.Weights, Gpu.Tests.Gpu.Options);
        Assert.Equal(Emulated.Run(layer, device.Context, data), Emulated.Run(layer, device.Context, data));
    }
}
