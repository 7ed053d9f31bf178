using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>Same input, same bits: whatever lay in the buffers, run after run, eager or replayed.</summary>
public sealed class DeterminismTests
{
    private static readonly Problem[] Problems =
    [
        new(3, 8, 2, 256, 128, Fc1Layout.GateUp),
        new(257, 16, 4, 128, 192, Fc1Layout.Interleaved, IdPattern.Invalid),
        new(3000, 8, 2, 64, 64, Fc1Layout.UpGate),
    ];

    public static TheoryData<Problem> Cases => [.. Problems];

    [Theory, MemberData(nameof(Cases))]
    public void Poison_in_buffers_never_reaches_the_output(Problem problem)
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(problem);
        using var layer = new Bf16SwigluLadder(context, data.Weights, Gpu.Options);
        BFloat16[] first = LayerHarness.Run(layer, context, data, poison: 0xD5);
        BFloat16[] second = LayerHarness.Run(layer, context, data, poison: 0x2A);
        Assert.Equal(first, second);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Graph_replay_equals_eager_and_follows_new_contents(Problem problem)
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(problem);
        var other = new Data<BFloat16>(problem with { Seed = 2 });
        using var layer = new Bf16SwigluLadder(context, data.Weights, Gpu.Options);
        using var buffers = new Buffers<BFloat16>(context, data);
        using CudaStream stream = context.CreateStream();
        using MoeGraph graph = layer.CaptureForward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream);
        Assert.Equal(layer.GetWorkspaceBytes(problem.T, problem.K), graph.WorkspaceBytes);

        AssertReplay(LayerHarness.Run(layer, context, data, poison: 0));
        AssertReplay(LayerHarness.Run(layer, context, data, poison: 0));

        buffers.Input.CopyFrom(other.Input);
        buffers.Ids.CopyFrom(other.Ids);
        buffers.Scales.CopyFrom(other.Scales);
        buffers.Output.Fill(0xFF);
        graph.Launch(stream);
        stream.Synchronize();
        layer.Forward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream);
        BFloat16[] replayed = buffers.ReadOutput();
        stream.Synchronize();
        Assert.Equal(buffers.ReadOutput(), replayed);

        void AssertReplay(BFloat16[] eager)
        {
            buffers.Output.Fill(0xFF);
            graph.Launch(stream);
            stream.Synchronize();
            Assert.Equal(eager, buffers.ReadOutput());
        }
    }

    [Fact]
    public void Streams_have_workspaces_of_their_own()
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(Problems[1]);
        using var layer = new Bf16SwigluLadder(context, data.Weights, Gpu.Options);
        BFloat16[] expected = LayerHarness.Run(layer, context, data, poison: 0);
        using var one = new Buffers<BFloat16>(context, data);
        using var two = new Buffers<BFloat16>(context, data);
        using CudaStream first = context.CreateStream();
        using CudaStream second = context.CreateStream();
        for (int i = 0; i < 50; i++)
        {
            layer.Forward(one.Input, one.Ids, one.Scales, one.Output, first);
            layer.Forward(two.Input, two.Ids, two.Scales, two.Output, second);
        }

        first.Synchronize();
        second.Synchronize();
        Assert.Equal(expected, one.ReadOutput());
        Assert.Equal(expected, two.ReadOutput());
    }
}
