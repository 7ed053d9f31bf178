using Xunit;

namespace MoeGen.Tests;

/// <summary>Rows that are zero or no numbers, ids beyond the experts, routing, and what is refused.</summary>
public class QuantizedEdgeTests
{
    private static readonly MoeShape s_shape = new(4, 64, 32);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void NaN_and_infinity_stay_in_their_tokens_row_and_zeros_are_exactly_zero(bool staticScales)
    {
        QuantizedMoeWeights<BFloat16> made = RandomQuantized.Weights<BFloat16>(s_shape, Fc1Layout.GateUp, WeightFormat.Int8PerChannel, 3, biases: false);
        var weights = new QuantizedMoeWeights<BFloat16>(s_shape, Fc1Layout.GateUp, made.Fc1ExpertWeights, made.Fc2ExpertWeights)
        {
            InputScale = staticScales ? 0.01f : 0,
            ActivatedScales = staticScales ? new float[] { 0.01f, 0.01f, 0.01f, 0.01f } : default,
        };
        BFloat16[] input = RandomQuantized.Values<BFloat16>(new Random(4), 5 * 64);
        int[] ids = [0, 1, 2, 3, 3, 0, 1, 2, -1, 9];
        double[] clean = Run(weights, input, ids);
        input[64 + 5] = (BFloat16)float.NaN;
        input[(2 * 64) + 63] = (BFloat16)float.NegativeInfinity;
        input.AsSpan(3 * 64, 64).Clear();
        double[] output = Run(weights, input, ids);
        Assert.Equal(clean[..64], output[..64]);
        Assert.All(output[64..192], value => Assert.True(double.IsNaN(value)));
        Assert.All(output[192..], value => Assert.Equal(0, value));
        Assert.Contains(clean, value => Math.Abs(value) > 0.1);
    }

    [Fact]
    public void No_tokens_give_no_output()
    {
        foreach (WeightFormat format in new[] { WeightFormat.Int8PerChannel, WeightFormat.Int4Group, WeightFormat.Mxfp4 })
        {
            QuantizedMoeWeights<Half> weights = RandomQuantized.Weights<Half>(s_shape, Fc1Layout.GateUp, format, 3);
            Assert.Empty(ManagedMoe.ForwardDouble<Half>(weights, Activation.Swiglu, [], [], [], 2, quantizeActivations: format == WeightFormat.Int8PerChannel));
        }
    }

    [Fact]
    public void A_layer_runs_from_logits_and_as_a_block_with_scales_of_the_inputs()
    {
        QuantizedMoeWeights<float> weights = RandomQuantized.Weights<float>(s_shape, Fc1Layout.GateUp, WeightFormat.Int8PerChannel, 3);
        var random = new Random(5);
        float[] input = RandomQuantized.Values<float>(random, 6 * 64);
        var router = new MoeRouter(RoutingMethod.TopKSigmoidInput, 4, 1, RandomQuantized.Values<float>(random, 4 * 64));
        var ids = new int[6];
        var scales = new float[6];
        ManagedRouter.Route<float>(input, router, ids, scales);
        MoeDescriptor descriptor = SinglePrecisionMoe.Descriptor with { Routing = RoutingMethod.TopKSigmoidInput };
        float[] logits = RouterLogits.Compute<float, float>(input, router.Weight.Span, 64);
        foreach (bool quantize in new[] { false, true })
        {
            double[] expected = new NaiveQuantizedLayer<float>(weights, Activation.Swiglu, quantize).Run(input, ids, [1, 1, 1, 1, 1, 1], 1, scales);
            double tolerance = quantize ? 1e-3 : 1e-6;
            var layer = new HostLayer<float>(descriptor with { Weights = weights.Format, QuantizesActivations = quantize }, new ManagedBackend(), weights);
            var output = new float[input.Length];
            layer.ForwardBlock(input, router, output);
            Assert.InRange(MoeError.RelativeL2<float>(output, expected), 0, tolerance);
            Assert.InRange(MoeError.RelativeL2<double>(ManagedMoe.ForwardBlockDouble<float>(weights, Activation.Swiglu, input, router, quantizeActivations: quantize), expected), 0, 1e-12);
            var fromLogits = new float[input.Length];
            layer.ForwardFromLogits(input, logits, 1, fromLogits);
            Assert.Equal(output, fromLogits);

            // Given experts: the scales belong to the outputs.
            layer.Forward(input, ids, scales, 1, output);
            double[] outputs = new NaiveQuantizedLayer<float>(weights, Activation.Swiglu, quantize).Run(input, ids, scales, 1);
            Assert.InRange(MoeError.RelativeL2<float>(output, outputs), 0, tolerance);
            Assert.True(MoeError.RelativeL2<float>(output, expected) > 0.01);
        }
    }

    [Fact]
    public void Local_experts_take_their_part()
    {
        QuantizedMoeWeights<float> weights = RandomQuantized.Weights<float>(s_shape, Fc1Layout.UpGate, WeightFormat.Int8PerChannel, 3, biases: false);
        float[] input = RandomQuantized.Values<float>(new Random(5), 6 * 64);
        int[] ids = [0, 3, 1, 2, 2, 0, 3, 1, 0, 1, 2, 3];
        double[] expected = Run(weights, input, ids);
        var sum = new double[input.Length];
        foreach (int first in new[] { 0, 2 })
        {
            var local = new QuantizedMoeWeights<float>(
                new MoeShape(2, 64, 32), Fc1Layout.UpGate, [.. weights.Fc1ExpertWeights.Skip(first).Take(2)], [.. weights.Fc2ExpertWeights.Skip(first).Take(2)]);
            double[] part = ManagedMoe.ForwardDouble<float>(local, Activation.Swiglu, input, ids, [], 2, localExperts: LocalExperts.Range(first, 4), quantizeActivations: true);
            sum = [.. sum.Zip(part, (left, right) => left + right)];
        }

        Assert.InRange(MoeError.RelativeL2<double>(sum, expected), 0, 1e-14);
    }

    [Fact]
    public void Contract_of_quantised_activations_is_wider_for_half_and_the_same_for_bfloat16()
    {
        Assert.Equal(1e-3, NumericContract.ForQuantizedActivations(Dtype.FP16).Bound);
        Assert.Equal(1e-3, NumericContract.ForQuantizedActivations(Dtype.FP32).Bound);
        Assert.Equal(NumericContract.For(Dtype.BF16).Bound, NumericContract.ForQuantizedActivations(Dtype.BF16).Bound);
        Assert.Throws<ArgumentOutOfRangeException>(() => NumericContract.ForQuantizedActivations(Dtype.None));
        ContractVerdict verdict = NumericContract.ForQuantizedActivations(Dtype.FP16).Check<double>([1.0009, 1], [1, 1], 2);
        Assert.StartsWith("INT8 to FP16 passed", verdict.Message, StringComparison.Ordinal);
        Assert.False(NumericContract.For(Dtype.FP16).Check<double>([1.0009, 1], [1, 1], 2).Passed);
        Assert.False(NumericContract.ForQuantizedActivations(Dtype.FP16).Check<double>([1.0015, 1], [1, 1], 2).Passed);
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        QuantizedMoeWeights<float> four = RandomQuantized.Weights<float>(s_shape, Fc1Layout.GateUp, WeightFormat.Int4Group, 3);
        AssertSays("quantizeActivations is true, and the weights' format is Int4Group", four, true);
        var plain = new MoeWeights<float>(new MoeShape(1, 8, 8), Fc1Layout.GateUp, new float[128], new float[64]);
        AssertSays("the weights' format is SameAsDtype", plain, true);
        QuantizedMoeWeights<float> eight = RandomQuantized.Weights<float>(s_shape, Fc1Layout.GateUp, WeightFormat.Int8PerChannel, 3);
        var factors = new float[64];
        Array.Fill(factors, 2);
        var smooth = new QuantizedMoeWeights<float>(s_shape, Fc1Layout.GateUp, eight.Fc1ExpertWeights, eight.Fc2ExpertWeights) { InputFactors = factors };
        AssertSays("weights have InputFactors", smooth, false);
        Assert.Contains("InputScale is 1E-40", Assert.Throws<ArgumentException>(() => new QuantizedMoeWeights<float>(
            s_shape, Fc1Layout.GateUp, eight.Fc1ExpertWeights, eight.Fc2ExpertWeights) { InputScale = 1e-40f }).Message, StringComparison.Ordinal);

        static void AssertSays(string part, ExpertWeights<float> weights, bool quantize)
        {
            Assert.Contains(part, Assert.Throws<ArgumentException>(
                () => ManagedMoe.ForwardDouble<float>(weights, Activation.Swiglu, [], [], [], 1, quantizeActivations: quantize)).Message, StringComparison.Ordinal);
            Assert.Contains(part, Assert.Throws<ArgumentException>(
                () => new HostLayer<float>(SinglePrecisionMoe.Descriptor with { Weights = (weights as QuantizedMoeWeights<float>)?.Format ?? WeightFormat.SameAsDtype, QuantizesActivations = quantize }, new ManagedBackend(), weights)).Message, StringComparison.Ordinal);
        }
    }

    private static double[] Run<T>(QuantizedMoeWeights<T> weights, T[] input, int[] ids)
        where T : unmanaged => ManagedMoe.ForwardDouble<T>(weights, Activation.Swiglu, input, ids, [], 2, quantizeActivations: true);
}
