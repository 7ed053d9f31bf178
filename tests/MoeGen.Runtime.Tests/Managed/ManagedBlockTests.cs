using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

/// <summary>The whole block on the managed backend.</summary>
public sealed class ManagedBlockTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_layer_runs_a_block_and_input_scales_from_logits()
    {
        FamilyCase made = FamilyCases.Make("llama4");
        made.Checkpoint.Write(_folder);
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        MoeBlock block = checkpoint.GetBlock(1);
        MoeDescriptor descriptor = SinglePrecisionMoe.Descriptor with { Routing = RoutingMethod.TopKSigmoidInput };
        MoeWeights<float> weights = block.LoadWeights<float>(allowConversion: true);
        float[] input = made.Numbers(10 * 80, 4);
        double[] expected = made.Block.Run(input, made.Routing, made.Options);
        var output = new float[input.Length];
        new HostLayer<float>(descriptor, new ManagedBackend(), weights).ForwardBlock(input, block.Router, output);
        Assert.InRange(MoeError.RelativeL2<float>(output, expected), 0, 1e-6);

        // Routed experts alone, from logits.
        made.Block.Shared = null;
        expected = made.Block.Run(input, made.Routing, made.Options);
        var routed = new MoeWeights<float>(
            new MoeShape(4, 80, 72), weights.Fc1Layout, [.. weights.Fc1ExpertWeights.Take(4)], [.. weights.Fc2ExpertWeights.Take(4)]);
        float[] logits = RouterLogits.Compute<float, float>(input, block.Router.Weight.Span, 80);
        new HostLayer<float>(descriptor, new ManagedBackend(), routed).ForwardFromLogits(input, logits, 1, output);
        Assert.InRange(MoeError.RelativeL2<float>(output, expected), 0, 1e-6);

        // A scale of the output instead is another layer.
        new HostLayer<float>(descriptor with { Routing = RoutingMethod.SigmoidTopK }, new ManagedBackend(), routed).ForwardFromLogits(input, logits, 1, output);
        Assert.True(MoeError.RelativeL2<float>(output, expected) > 0.01);
    }

    [Fact]
    public void Chunks_and_threads_do_not_change_a_bit()
    {
        FamilyCase made = FamilyCases.Make("qwen2_moe");
        made.Checkpoint.Write(_folder);
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        MoeBlock block = checkpoint.GetBlock(1);
        MoeWeights<float> weights = block.LoadWeights<float>();
        float[] input = made.Numbers(50 * 16, 4);
        var whole = new float[input.Length];
        ManagedMoe.ForwardBlock<float>(weights, block.Activation, input, block.Router, whole);
        var one = new float[16];
        for (int token = 0; token < 50; token++)
        {
            var options = new ManagedOptions { MaxDegreeOfParallelism = 1 };
            ManagedMoe.ForwardBlock<float>(weights, block.Activation, input.AsSpan(token * 16, 16), block.Router, one, options);
            Assert.Equal(whole[(token * 16)..((token + 1) * 16)], one);
        }

        ManagedMoe.ForwardBlock<float>(weights, block.Activation, [], block.Router, []);
    }

    [Fact]
    public void Local_experts_take_their_part_of_a_block()
    {
        FamilyCase made = FamilyCases.Make("qwen2_moe");
        made.Checkpoint.Write(_folder);
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        MoeBlock block = checkpoint.GetBlock(1);
        MoeWeights<float> weights = block.LoadWeights<float>();
        float[] input = made.Numbers(20 * 16, 4);
        double[] expected = ManagedMoe.ForwardBlockDouble<float>(weights, block.Activation, input, block.Router);
        var sum = new double[input.Length];
        foreach ((int first, int count) in new[] { (0, 3), (3, 7) })
        {
            var local = new MoeWeights<float>(
                new MoeShape(count, 16, 24), weights.Fc1Layout, [.. weights.Fc1ExpertWeights.Skip(first).Take(count)], [.. weights.Fc2ExpertWeights.Skip(first).Take(count)])
            {
                LocalExperts = LocalExperts.Range(first, 10),
            };
            double[] part = ManagedMoe.ForwardBlockDouble<float>(local, block.Activation, input, block.Router);
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] += part[i];
            }
        }

        Assert.InRange(MoeError.RelativeL2<double>(sum, expected), 0, 1e-12);
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        var weights = new MoeWeights<float>(new MoeShape(5, 8, 16), Fc1Layout.GateUp, new float[5 * 256], new float[5 * 128]);
        AssertSays("router has hiddenSize 16; the weights have 8", new MoeRouter(RoutingMethod.SoftmaxTopK, 5, 2, new float[80]), 16, 16);
        AssertSays("router has numExperts 4 and 0 shared experts; the weights are of 5 experts", new MoeRouter(RoutingMethod.SoftmaxTopK, 4, 2, new float[32]), 16, 16);
        var right = new MoeRouter(RoutingMethod.SoftmaxTopK, 4, 2, new float[32], new RouterOptions { NumSharedExperts = 1 });
        AssertSays("input has 15 elements", right, 15, 15);
        AssertSays("output has 8 elements; required are 16", right, 16, 8);

        void AssertSays(string part, MoeRouter router, int input, int output) => Assert.Contains(
            part,
            Assert.ThrowsAny<ArgumentException>(() => ManagedMoe.ForwardBlock<float>(weights, Activation.Swiglu, new float[input], router, new float[output])).Message,
            StringComparison.Ordinal);
    }
}
