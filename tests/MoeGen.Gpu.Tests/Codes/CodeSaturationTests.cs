using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>Quantised FP16 layers whose values leave FP16 between the GEMMs, or behind them: finite input gives no NaN.</summary>
public sealed class CodeSaturationTests
{
    private const int Experts = 4, TopK = 2;

    // Few tokens take the decode kernels, more a tile.
    public static TheoryData<int> Tokens => [2, 60];

    [Theory, MemberData(nameof(Tokens))]
    public void Activated_values_beyond_FP16_with_8_bits(int tokens)
    {
        Data<Half> data = Plain(tokens);
        QuantizedMoeWeights<Half> weights = Scaled(CodeData.Weights(data, WeightFormat.Int8PerChannel, activation: Activation.Silu), 3e5f, 1e-4f);
        Check(weights, Activation.Silu, data, codes => new Fp16SiluInt8Weights(Gpu.Context, codes, Gpu.Options));
    }

    [Theory, MemberData(nameof(Tokens))]
    public void Activated_values_beyond_FP16_with_4_bits(int tokens)
    {
        Data<Half> data = Gated(tokens);
        QuantizedMoeWeights<Half> weights = Scaled(CodeData.Weights(data, WeightFormat.Int4Group, 64, zeroPoints: true), 500, 1e-2f);
        Check(weights, Activation.Swiglu, data, codes => new Fp16Int4Weights(Gpu.Context, codes, Gpu.Options));
    }

    [Theory, MemberData(nameof(Tokens))]
    public void Outputs_of_experts_beyond_FP16_with_8_bits(int tokens) => CheckOutputs(
        Plain(tokens), data => CodeData.Weights(data, WeightFormat.Int8PerChannel, activation: Activation.Silu), codes => new Fp16SiluInt8Weights(Gpu.Context, codes, Gpu.Options));

    [Theory, MemberData(nameof(Tokens))]
    public void Outputs_of_experts_beyond_FP16_with_4_bits(int tokens) => CheckOutputs(
        Gated(tokens), data => CodeData.Weights(data, WeightFormat.Int4Group, 64, zeroPoints: true), codes => new Fp16Int4Weights(Gpu.Context, codes, Gpu.Options));

    [Theory, MemberData(nameof(Tokens))]
    public void Outputs_of_experts_beyond_FP16_with_integers(int tokens) => CheckOutputs(
        Gated(tokens), data => Int8Data.Quantize(data.Weights), codes => new Int8Fp16Swiglu(Gpu.Context, codes, Gpu.Options));

    private static Data<Half> Gated(int tokens) => new(new Problem(tokens, Experts, TopK, 128, 192, Fc1Layout.GateUp));

    private static Data<Half> Plain(int tokens) => new(new Problem(tokens, Experts, TopK, 128, 192, Fc1Layout.Plain));

    private static void Check<TLayer>(QuantizedMoeWeights<Half> weights, Activation activation, Data<Half> data, Func<QuantizedMoeWeights<Half>, TLayer> make)
        where TLayer : MoeLayer<TLayer, Half>, IMoeDescriptor<TLayer, Half>
    {
        using TLayer layer = make(weights);
        var output = new Half[data.Input.Length];
        layer.Forward(data.Input, data.Ids, data.Scales, output);
        double[] expected = ManagedMoe.ForwardDouble<Half>(weights, activation, data.Input, data.Ids, data.Scales, TopK);
        ContractVerdict verdict = NumericContract.For(Dtype.FP16).Check<Half>(output, expected, data.Problem.H);
        Assert.True(verdict.Passed, verdict.ToString());

        // Without a bound the outputs would be others: BF16 has the range for them.
        var wide = new QuantizedMoeWeights<BFloat16>(weights.Shape, weights.Fc1Layout, weights.Fc1ExpertWeights, weights.Fc2ExpertWeights);
        double[] unbounded = ManagedMoe.ForwardDouble<BFloat16>(wide, activation, Array.ConvertAll(data.Input, value => (BFloat16)(float)value), data.Ids, data.Scales, TopK);
        Assert.True(MoeError.RelativeL2<double>(unbounded, expected) > 0.05);
    }

    // Outputs of both signs, far beyond FP16: what a token sums up is an infinity or a number.
    private static void CheckOutputs<TLayer>(Data<Half> data, Func<Data<Half>, QuantizedMoeWeights<Half>> quantize, Func<QuantizedMoeWeights<Half>, TLayer> make)
        where TLayer : MoeLayer<TLayer, Half>, IMoeDescriptor<TLayer, Half>
    {
        QuantizedMoeWeights<Half> weights = Scaled(quantize(data), 20, 4e3f);
        using TLayer layer = make(weights);
        var output = new Half[data.Input.Length];
        layer.Forward(data.Input, data.Ids, data.Scales, output);
        Assert.DoesNotContain(output, Half.IsNaN);
        Assert.Contains(output, value => Half.Abs(value) > (Half)20000);
    }

    private static QuantizedMoeWeights<Half> Scaled(QuantizedMoeWeights<Half> weights, float fc1, float fc2) => new(
        weights.Shape, weights.Fc1Layout, [.. weights.Fc1ExpertWeights.Select(matrix => Scaled(matrix, fc1))], [.. weights.Fc2ExpertWeights.Select(matrix => Scaled(matrix, fc2))]);

    private static QuantizedMatrix Scaled(QuantizedMatrix matrix, float factor)
    {
        float[] scales = [.. matrix.Scales.ToArray().Select(scale => scale * factor)];
        return matrix.Format == WeightFormat.Int8PerChannel
            ? QuantizedMatrix.Int8(matrix.Rows, matrix.Columns, matrix.Codes, scales)
            : QuantizedMatrix.Int4(matrix.Rows, matrix.Columns, matrix.GroupSize, matrix.Codes, scales, matrix.ZeroPoints);
    }
}
