using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

/// <summary>The managed backend against what Hugging Face's own MoE blocks computed.</summary>
public class GoldenTests
{
    [Theory]
    [InlineData("mixtral", 8, 128, 256, 2)]
    [InlineData("qwen3_moe", 32, 128, 96, 8)]
    public void Checkpoint_describes_its_block(string family, int experts, int hidden, int intermediate, int topK)
    {
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(GoldenFolder.Path(family));
        MoeBlock block = checkpoint.GetBlock(0);
        Assert.Equal(family, checkpoint.Family);
        Assert.Equal(1, checkpoint.NumLayers);
        Assert.True(checkpoint.HasMoeBlock(0));
        Assert.Equal(new MoeShape(experts, hidden, intermediate), block.Shape);
        Assert.Equal(topK, block.TopK);
        Assert.Equal(RoutingMethod.SoftmaxTopKRenormalized, block.Routing);
        Assert.Equal(Activation.Swiglu, block.Activation);
        Assert.Equal(SafetensorsDtype.BF16, block.StoredDtype);
        Assert.Equal(experts * hidden, block.RouterWeight.Length);
    }

    [Theory]
    [InlineData("mixtral")]
    [InlineData("qwen3_moe")]
    public void Routing_gives_the_recorded_logits_experts_and_weights(string family)
    {
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(GoldenFolder.Path(family));
        using SafetensorsFile io = GoldenFolder.OpenIo(family);
        MoeBlock block = checkpoint.GetBlock(0);
        ReadOnlySpan<float> recorded = io.Get<float>("gate.0").Span;
        float[] logits = RouterLogits.Compute<BFloat16, float>(
            GoldenFolder.ToBFloat16(io.Get<float>("input").Span), block.RouterWeight.Span, block.Shape.HiddenSize);
        Assert.InRange(MoeError.RelativeL2<float>(logits, GoldenFolder.ToDouble(recorded)), 0, 3e-7);

        (int[] ids, float[] scales) = Select(block, logits);
        Assert.Equal(io.Get<int>("gate.2").ToArray(), ids);
        Assert.InRange(MoeError.RelativeL2<float>(scales, GoldenFolder.ToDouble(io.Get<float>("gate.1").Span)), 0, 3e-7);
    }

    [Theory]
    [InlineData("mixtral")]
    [InlineData("qwen3_moe")]
    public void Output_agrees_with_transformers_in_every_element_type(string family)
    {
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(GoldenFolder.Path(family));
        using SafetensorsFile io = GoldenFolder.OpenIo(family);
        MoeBlock block = checkpoint.GetBlock(0);
        MoeWeights<BFloat16> weights = block.LoadWeights<BFloat16>();
        BFloat16[] input = GoldenFolder.ToBFloat16(io.Get<float>("input").Span);
        double[] expected = GoldenFolder.ToDouble(io.Get<float>("output_fp32").Span);
        (int[] ids, float[] scales) = Select(block, RouterLogits.Compute<BFloat16, float>(input, block.RouterWeight.Span, 128));

        double[] exact = ManagedMoe.ForwardDouble<BFloat16>(weights, block.Activation, input, ids, scales, block.TopK);
        Assert.InRange(MoeError.RelativeL2<double>(exact, expected), 0, 1e-6);
        Assert.InRange(MoeError.WorstTokenRelativeL2<double>(exact, expected, 128), 0, 2e-6);

        foreach (RoundingPoints points in new[] { RoundingPoints.None, RoundingPoints.Activation, RoundingPoints.Activation | RoundingPoints.ExpertOutput })
        {
            var options = new ManagedOptions { Rounding = points };
            double[] ideal = ManagedMoe.ForwardDouble<BFloat16>(
                weights, block.Activation, input, ids, scales, block.TopK, new ManagedOptions { Rounding = points | RoundingPoints.Output });
            var output = new BFloat16[input.Length];
            ManagedMoe.Forward<BFloat16>(weights, block.Activation, input, ids, scales, block.TopK, output, options);
            ContractVerdict verdict = NumericContract.For(Dtype.BF16).Check<BFloat16>(output, expected, 128, ideal);
            Assert.True(verdict.Passed, $"{points}: {verdict}");
        }

        // Single precision: weights and input are exact in bf16, so the float layer has the same numbers.
        var single = new float[input.Length];
        ManagedMoe.Forward<float>(
            block.LoadWeights<float>(allowConversion: true), block.Activation, io.Get<float>("input").Span, ids, scales, block.TopK, single);
        Assert.InRange(MoeError.RelativeL2<float>(single, expected), 0, 1e-6);

        // The half layer rounds the weights to 11 bits, which bf16's 8 fit but for the smallest numbers.
        var half = new Half[input.Length];
        ManagedMoe.Forward<Half>(
            block.LoadWeights<Half>(allowConversion: true), block.Activation, [.. input.Select(value => (Half)(float)value)], ids, scales, block.TopK, half);
        ContractVerdict halfVerdict = NumericContract.For(Dtype.FP16).Check<Half>(half, expected, 128);
        Assert.True(halfVerdict.Passed, halfVerdict.Message);
    }

    [Theory]
    [InlineData("mixtral")]
    [InlineData("qwen3_moe")]
    public void A_wrong_layer_would_not_pass(string family)
    {
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(GoldenFolder.Path(family));
        using SafetensorsFile io = GoldenFolder.OpenIo(family);
        MoeBlock block = checkpoint.GetBlock(0);
        MoeWeights<BFloat16> weights = block.LoadWeights<BFloat16>();
        var swapped = new MoeWeights<BFloat16>(weights.Shape, Fc1Layout.UpGate, weights.Fc1ExpertWeights, weights.Fc2ExpertWeights);
        BFloat16[] input = GoldenFolder.ToBFloat16(io.Get<float>("input").Span);
        double[] expected = GoldenFolder.ToDouble(io.Get<float>("output_fp32").Span);
        (int[] ids, float[] scales) = Select(block, RouterLogits.Compute<BFloat16, float>(input, block.RouterWeight.Span, 128));

        NumericContract contract = NumericContract.For(Dtype.BF16);
        Assert.False(contract.Check<double>(ManagedMoe.ForwardDouble<BFloat16>(swapped, block.Activation, input, ids, scales, block.TopK), expected, 128).Passed);
        Assert.False(contract.Check<double>(ManagedMoe.ForwardDouble<BFloat16>(weights, block.Activation, input, ids, [], block.TopK), expected, 128).Passed);
        Assert.False(contract.Check<double>(new double[expected.Length], expected, 128).Passed);
    }

    private static (int[] Ids, float[] Scales) Select(MoeBlock block, float[] logits)
    {
        int slots = logits.Length / block.Shape.NumExperts * block.TopK;
        var ids = new int[slots];
        var scales = new float[slots];
        ManagedRouter.SelectExperts(logits, block.Shape.NumExperts, block.TopK, block.Routing, ids, scales);
        return (ids, scales);
    }
}
