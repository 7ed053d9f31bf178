using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

/// <summary>The managed backend against what Hugging Face's own MoE blocks computed, by way of the checkpoint alone.</summary>
public class GoldenTests
{
    public static TheoryData<string> Families => ["mixtral", "qwen2_moe", "qwen3_moe", "deepseek_v3", "gpt_oss"];

    [Theory]
    [InlineData("mixtral", 8, 0, 256, 2, RoutingMethod.SoftmaxTopKRenormalized)]
    [InlineData("qwen2_moe", 16, 2, 96, 4, RoutingMethod.SoftmaxTopK)]
    [InlineData("qwen3_moe", 32, 0, 96, 8, RoutingMethod.SoftmaxTopKRenormalized)]
    [InlineData("deepseek_v3", 32, 1, 96, 6, RoutingMethod.SigmoidGroupedTopK)]
    [InlineData("gpt_oss", 16, 0, 96, 4, RoutingMethod.TopKSoftmax)]
    public void Checkpoint_describes_its_block(string family, int experts, int shared, int intermediate, int topK, RoutingMethod routing)
    {
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(GoldenFolder.Path(family));
        MoeBlock block = checkpoint.GetBlock(0);
        Assert.Equal(family, checkpoint.Family);
        Assert.Equal(family, block.Family);
        Assert.Equal(1, checkpoint.NumLayers);
        Assert.True(checkpoint.HasMoeBlock(0));
        Assert.Equal(new MoeShape(experts + shared, 128, intermediate), block.Shape);
        Assert.Equal(topK, block.TopK);
        Assert.Equal(routing, block.Routing);
        Assert.Equal(family == "gpt_oss" ? Activation.SwigluOai : Activation.Swiglu, block.Activation);
        Assert.Equal(family == "gpt_oss" ? Fc1Layout.Interleaved : Fc1Layout.GateUp, block.Fc1Layout);
        Assert.Equal(SwigluConstants.Default, block.Swiglu);
        Assert.Equal(SafetensorsDtype.BF16, block.StoredDtype);
        Assert.Equal(experts, block.Router.NumExperts);
        Assert.Equal(experts * 128, block.Router.Weight.Length);
        Assert.Equal(topK + shared, block.Router.SlotsPerToken);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Router_gives_the_recorded_logits_experts_and_weights(string family)
    {
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(GoldenFolder.Path(family));
        using SafetensorsFile io = GoldenFolder.OpenIo(family);
        MoeRouter router = checkpoint.GetBlock(0).Router;
        string recorded = family == "gpt_oss" ? "router" : "gate";
        float[] logits = RouterLogits.Compute<float, float>(io.Get<float>("input").Span, router.Weight.Span, router.HiddenSize);
        for (int i = 0; i < logits.Length && !router.Bias.IsEmpty; i++)
        {
            logits[i] += router.Bias.Span[i % router.NumExperts];
        }

        Assert.InRange(MoeError.RelativeL2<float>(logits, GoldenFolder.ToDouble(io.Get<float>(recorded + ".0").Span)), 0, 1e-6);
        var ids = new int[logits.Length / router.NumExperts * router.SlotsPerToken];
        var scales = new float[ids.Length];
        ManagedRouter.Route<float>(io.Get<float>("input").Span, router, ids, scales);
        int[] expectedIds = io.Get<int>(recorded + ".2").ToArray();
        float[] expectedScales = io.Get<float>(recorded + ".1").ToArray();
        int k = router.TopK;
        for (int token = 0; token < logits.Length / router.NumExperts; token++)
        {
            // DeepSeek's choice is not sorted: compared by id.
            var expected = Enumerable.Range(token * k, k).ToDictionary(slot => expectedIds[slot], slot => expectedScales[slot]);
            if (family != "deepseek_v3")
            {
                Assert.Equal(expectedIds[(token * k)..((token + 1) * k)], ids.AsSpan(token * router.SlotsPerToken, k).ToArray());
            }

            for (int slot = token * router.SlotsPerToken; slot < (token * router.SlotsPerToken) + k; slot++)
            {
                Assert.Equal(expected[ids[slot]], scales[slot], 1e-6);
                Assert.True(expected.Remove(ids[slot]));
            }

            for (int shared = 0; shared < router.Options.NumSharedExperts; shared++)
            {
                Assert.Equal(router.NumExperts + shared, ids[(token * router.SlotsPerToken) + k + shared]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Output_agrees_with_transformers_in_every_element_type(string family)
    {
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(GoldenFolder.Path(family));
        using SafetensorsFile io = GoldenFolder.OpenIo(family);
        MoeBlock block = checkpoint.GetBlock(0);
        MoeWeights<BFloat16> weights = block.LoadWeights<BFloat16>();
        Assert.Equal(block.Fc1Layout, weights.Fc1Layout);
        BFloat16[] input = GoldenFolder.ToBFloat16(io.Get<float>("input").Span);
        double[] expected = GoldenFolder.ToDouble(io.Get<float>("output_fp32").Span);

        double[] exact = ManagedMoe.ForwardBlockDouble<BFloat16>(weights, block.Activation, input, block.Router, swiglu: block.Swiglu);
        Assert.InRange(MoeError.RelativeL2<double>(exact, expected), 0, 1e-6);
        Assert.InRange(MoeError.WorstTokenRelativeL2<double>(exact, expected, 128), 0, 2e-6);

        foreach (RoundingPoints points in new[] { RoundingPoints.None, RoundingPoints.Activation, RoundingPoints.Activation | RoundingPoints.ExpertOutput })
        {
            double[] ideal = ManagedMoe.ForwardBlockDouble<BFloat16>(
                weights, block.Activation, input, block.Router, new ManagedOptions { Rounding = points | RoundingPoints.Output }, block.Swiglu);
            var output = new BFloat16[input.Length];
            ManagedMoe.ForwardBlock<BFloat16>(weights, block.Activation, input, block.Router, output, new ManagedOptions { Rounding = points }, block.Swiglu);
            ContractVerdict verdict = NumericContract.For(Dtype.BF16).Check<BFloat16>(output, expected, 128, ideal);
            Assert.True(verdict.Passed, $"{points}: {verdict}");
        }

        // Single precision: weights and input are exact in bf16, so the float layer has the same numbers.
        var single = new float[input.Length];
        ManagedMoe.ForwardBlock<float>(
            block.LoadWeights<float>(allowConversion: true), block.Activation, io.Get<float>("input").Span, block.Router, single, swiglu: block.Swiglu);
        Assert.InRange(MoeError.RelativeL2<float>(single, expected), 0, 1e-6);

        // The half layer rounds the weights to 11 bits, which bf16's 8 fit but for the smallest numbers.
        var half = new Half[input.Length];
        ManagedMoe.ForwardBlock<Half>(
            block.LoadWeights<Half>(allowConversion: true), block.Activation, [.. input.Select(value => (Half)(float)value)], block.Router, half, swiglu: block.Swiglu);
        ContractVerdict halfVerdict = NumericContract.For(Dtype.FP16).Check<Half>(half, expected, 128);
        Assert.True(halfVerdict.Passed, halfVerdict.Message);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_wrong_layer_would_not_pass(string family)
    {
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(GoldenFolder.Path(family));
        using SafetensorsFile io = GoldenFolder.OpenIo(family);
        MoeBlock block = checkpoint.GetBlock(0);
        MoeWeights<BFloat16> weights = block.LoadWeights<BFloat16>();
        BFloat16[] input = GoldenFolder.ToBFloat16(io.Get<float>("input").Span);
        double[] expected = GoldenFolder.ToDouble(io.Get<float>("output_fp32").Span);
        Assert.True(Passes(weights, block.Router));
        Assert.False(Passes(Changed(Fc1Layout.UpGate, biases: true), block.Router));
        Assert.False(NumericContract.For(Dtype.BF16).Check<double>(new double[expected.Length], expected, 128).Passed);

        MoeRouter router = block.Router;
        var unscaled = new MoeRouter(router.Routing, router.NumExperts, router.TopK, router.Weight, router.Options with { RoutedScalingFactor = 0.9f })
        {
            Bias = router.Bias,
            SelectionBias = router.SelectionBias,
            SharedGateWeight = router.SharedGateWeight,
        };
        Assert.False(Passes(weights, unscaled));
        if (family == "gpt_oss")
        {
            Assert.False(Passes(Changed(Fc1Layout.Interleaved, biases: false), router));
            Assert.False(Passes(weights, router, SwigluConstants.Default with { Alpha = 1 }));
            Assert.False(Passes(weights, router, SwigluConstants.Default with { Beta = 0 }));
            Assert.False(Passes(weights, router, SwigluConstants.Default with { Limit = 1 }));
            Assert.False(Passes(weights, new MoeRouter(router.Routing, router.NumExperts, router.TopK, router.Weight)));
        }

        if (family is "qwen2_moe")
        {
            Assert.False(Passes(weights, new MoeRouter(router.Routing, router.NumExperts, router.TopK, router.Weight, router.Options)));
        }

        if (family is "deepseek_v3")
        {
            Assert.False(Passes(weights, new MoeRouter(router.Routing, router.NumExperts, router.TopK, router.Weight, router.Options)));
            RouterOptions allGroups = router.Options with { NumExpertGroups = 1, NumSelectedGroups = 1 };
            Assert.False(Passes(weights, new MoeRouter(router.Routing, router.NumExperts, router.TopK, router.Weight, allGroups) { SelectionBias = router.SelectionBias }));
        }

        bool Passes(MoeWeights<BFloat16> layer, MoeRouter by, SwigluConstants? swiglu = null) => NumericContract.For(Dtype.BF16)
            .Check<double>(ManagedMoe.ForwardBlockDouble<BFloat16>(layer, block.Activation, input, by, swiglu: swiglu ?? block.Swiglu), expected, 128).Passed;

        MoeWeights<BFloat16> Changed(Fc1Layout layout, bool biases) => new(weights.Shape, layout, weights.Fc1ExpertWeights, weights.Fc2ExpertWeights)
        {
            Fc1ExpertBiases = biases ? weights.Fc1ExpertBiases : default,
            Fc2ExpertBiases = biases ? weights.Fc2ExpertBiases : default,
        };
    }
}
