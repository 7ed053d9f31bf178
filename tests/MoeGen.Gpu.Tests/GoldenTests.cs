using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>Checkpoints as Hugging Face saves them, against what its own blocks computed in float32.</summary>
public sealed class GoldenTests
{
    [Theory]
    [InlineData("mixtral")]
    [InlineData("qwen3_moe")]
    public void Agrees_with_hugging_face(string family)
    {
        CudaContext context = Gpu.Context;
        string folder = Path.Combine(AppContext.BaseDirectory, "Golden", family);
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(folder);
        using SafetensorsFile io = SafetensorsFile.Open(Path.Combine(folder, "io.safetensors"));
        MoeBlock block = checkpoint.GetBlock(0);
        MoeWeights<BFloat16> weights = block.LoadWeights<BFloat16>();
        float[] recorded = io.Get<float>("input").ToArray();
        var input = new BFloat16[recorded.Length];
        ElementConversion.Narrow<BFloat16, float>(recorded, input);
        float[] logits = io.Get<float>("gate.0").ToArray();
        double[] expected = [.. io.Get<float>("output_fp32").ToArray().Select(value => (double)value)];

        using var layer = new Bf16SwigluRouted(context, weights, Gpu.Options);
        var output = new BFloat16[input.Length];
        layer.ForwardFromLogits(input, logits, block.TopK, output);
        ContractVerdict verdict = NumericContract.For(Dtype.BF16).Check<BFloat16>(output, expected, weights.Shape.HiddenSize);
        Assert.True(verdict.Passed, verdict.ToString());
    }

    /// <summary>The whole block, router and shared experts included.</summary>
    [Theory]
    [InlineData("mixtral")]
    [InlineData("qwen3_moe")]
    [InlineData("qwen2_moe")]
    [InlineData("deepseek_v3")]
    [InlineData("gpt_oss")]
    public void Block_agrees_with_hugging_face(string family)
    {
        CudaContext context = Gpu.Context;
        string folder = Path.Combine(AppContext.BaseDirectory, "Golden", family);
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(folder);
        using SafetensorsFile io = SafetensorsFile.Open(Path.Combine(folder, "io.safetensors"));
        MoeBlock block = checkpoint.GetBlock(0);
        MoeWeights<BFloat16> weights = block.LoadWeights<BFloat16>(allowConversion: true);
        float[] recorded = io.Get<float>("input").ToArray();
        var input = new BFloat16[recorded.Length];
        ElementConversion.Narrow<BFloat16, float>(recorded, input);
        double[] expected = [.. io.Get<float>("output_fp32").ToArray().Select(value => (double)value)];
        BFloat16[] output = (block.Routing, block.Activation) switch
        {
            (RoutingMethod.SoftmaxTopKRenormalized, Activation.Swiglu) => Run(new Bf16SwigluRouted(context, weights, Gpu.Options)),
            (RoutingMethod.SoftmaxTopK, Activation.Swiglu) => Run(new SoftmaxLayer(context, weights, Gpu.Options)),
            (RoutingMethod.SigmoidGroupedTopK, Activation.Swiglu) => Run(new GroupedSigmoidLayer(context, weights, Gpu.Options)),
            (RoutingMethod.TopKSoftmax, Activation.SwigluOai) => Run(new GptOssLayer(context, weights, Gpu.Options)),
            _ => throw new NotSupportedException($"{family}: no layer for {block.Routing} with {block.Activation}."),
        };
        ContractVerdict verdict = NumericContract.For(Dtype.BF16).Check<BFloat16>(output, expected, weights.Shape.HiddenSize);
        Assert.True(verdict.Passed, $"{family}: {verdict}");

        BFloat16[] Run<TLayer>(TLayer layer)
            where TLayer : MoeLayer<TLayer, BFloat16>, IMoeDescriptor<TLayer, BFloat16>
        {
            using (layer)
            {
                var result = new BFloat16[input.Length];
                layer.ForwardBlock(input, block.Router, result);
                return result;
            }
        }
    }
}
