using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

/// <summary>
/// The managed backend against Hugging Face's gpt-oss block: experts stored stacked and transposed, gate and up interleaved, biases, clamped swiglu.
/// </summary>
public sealed class GptOssGoldenTests : IDisposable
{
    private const string Experts = "model.layers.0.mlp.experts.";
    private const int E = 16, H = 128, I = 96, K = 4;

    private readonly SafetensorsFile _model = SafetensorsFile.Open(Path.Combine(GoldenFolder.Path("gpt_oss"), "model.safetensors"));
    private readonly SafetensorsFile _io = GoldenFolder.OpenIo("gpt_oss");

    [Fact]
    public void Output_agrees_with_transformers()
    {
        double[] expected = Expected();
        double[] exact = Double(Weights(Fc1Layout.Interleaved, biases: true));
        Assert.InRange(MoeError.RelativeL2<double>(exact, expected), 0, 1e-6);
        Assert.InRange(MoeError.WorstTokenRelativeL2<double>(exact, expected, H), 0, 2e-6);

        double[] ideal = Double(Weights(Fc1Layout.Interleaved, biases: true), options: new ManagedOptions { Rounding = RoundingPoints.Output });
        var output = new BFloat16[expected.Length];
        ManagedMoe.Forward<BFloat16>(Weights(Fc1Layout.Interleaved, biases: true), Activation.SwigluOai, Input(), Ids(), Scales(), K, output);
        ContractVerdict verdict = NumericContract.For(Dtype.BF16).Check<BFloat16>(output, expected, H, ideal);
        Assert.True(verdict.Passed, verdict.Message);
    }

    [Fact]
    public void The_router_gives_the_recorded_logits_experts_and_weights()
    {
        float[] logits = RouterLogits.Compute<BFloat16, BFloat16>(Input(), _model.Get<BFloat16>("model.layers.0.mlp.router.weight").Span, H);
        ReadOnlySpan<BFloat16> bias = _model.Get<BFloat16>("model.layers.0.mlp.router.bias").Span;
        for (int i = 0; i < logits.Length; i++)
        {
            logits[i] += (float)bias[i % E];
        }

        Assert.InRange(MoeError.RelativeL2<float>(logits, GoldenFolder.ToDouble(_io.Get<float>("router.0").Span)), 0, 1e-6);

        // Softmax over the chosen logits alone is softmax over all, renormalised.
        var ids = new int[Ids().Length];
        var scales = new float[ids.Length];
        ManagedRouter.SelectExperts(logits, E, K, RoutingMethod.SoftmaxTopKRenormalized, ids, scales);
        Assert.Equal(Ids(), ids);
        Assert.InRange(MoeError.RelativeL2<float>(scales, GoldenFolder.ToDouble(Scales())), 0, 1e-6);
    }

    [Fact]
    public void A_wrong_layer_would_not_pass()
    {
        NumericContract contract = NumericContract.For(Dtype.BF16);
        double[] expected = Expected();
        MoeWeights<BFloat16> right = Weights(Fc1Layout.Interleaved, biases: true);
        Assert.True(contract.Check<double>(Double(right), expected, H).Passed);
        Assert.False(contract.Check<double>(Double(Weights(Fc1Layout.GateUp, biases: true)), expected, H).Passed);
        Assert.False(contract.Check<double>(Double(Weights(Fc1Layout.Interleaved, biases: false)), expected, H).Passed);
        Assert.False(contract.Check<double>(Double(right, SwigluConstants.Default with { Alpha = 1 }), expected, H).Passed);
        Assert.False(contract.Check<double>(Double(right, SwigluConstants.Default with { Beta = 0 }), expected, H).Passed);
        Assert.False(contract.Check<double>(Double(right, SwigluConstants.Default with { Limit = 1 }), expected, H).Passed);
    }

    public void Dispose()
    {
        _model.Dispose();
        _io.Dispose();
    }

    private MoeWeights<BFloat16> Weights(Fc1Layout layout, bool biases) => new(
        new MoeShape(E, H, I),
        layout,
        Transposed("gate_up_proj", rows: H, columns: 2 * I),
        Transposed("down_proj", rows: I, columns: H))
    {
        Fc1ExpertBiases = biases ? _model.Get<BFloat16>(Experts + "gate_up_proj_bias") : default,
        Fc2ExpertBiases = biases ? _model.Get<BFloat16>(Experts + "down_proj_bias") : default,
    };

    // [E, rows, columns] -> [E, columns, rows].
    private BFloat16[] Transposed(string name, int rows, int columns)
    {
        ReadOnlySpan<BFloat16> stored = _model.Get<BFloat16>(Experts + name).Span;
        var transposed = new BFloat16[stored.Length];
        for (int i = 0; i < stored.Length; i++)
        {
            (int e, int row, int column) = (i / (rows * columns), i / columns % rows, i % columns);
            transposed[(((e * columns) + column) * rows) + row] = stored[i];
        }

        return transposed;
    }

    private double[] Double(MoeWeights<BFloat16> weights, SwigluConstants? swiglu = null, ManagedOptions? options = null) =>
        ManagedMoe.ForwardDouble<BFloat16>(weights, Activation.SwigluOai, Input(), Ids(), Scales(), K, options, swiglu);

    private BFloat16[] Input() => GoldenFolder.ToBFloat16(_io.Get<float>("input").Span);

    private int[] Ids() => _io.Get<int>("router.2").ToArray();

    private float[] Scales() => _io.Get<float>("router.1").ToArray();

    private double[] Expected() => GoldenFolder.ToDouble(_io.Get<float>("output_fp32").Span);
}
