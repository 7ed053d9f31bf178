using Xunit;

namespace MoeGen.Tests;

/// <summary>FP16 layers with 8-bit activations: activated values beyond 65504 count as 65504, so that no finite input gives NaN.</summary>
public class SaturationTests
{
    private static readonly MoeShape s_shape = new(3, 64, 32);

    [Theory]
    [InlineData(Activation.Swiglu, 0)]
    [InlineData(Activation.Swiglu, 1024)]
    [InlineData(Activation.Relu2, 0)]
    [InlineData(Activation.Identity, 1024)]
    public void Activated_values_beyond_FP16_count_as_its_largest(Activation activation, float activatedScale)
    {
        Fc1Layout layout = activation == Activation.Swiglu ? Fc1Layout.Interleaved : Fc1Layout.Plain;
        QuantizedMoeWeights<Half> weights = Weights<Half>(layout, activation == Activation.Identity ? 1e5f : 600, activatedScale);
        Half[] input = RandomQuantized.Values<Half>(new Random(4), 6 * 64);
        int[] ids = [0, 1, 2, 0, 1, 2];
        float[] scales = [1, 1, 1, 1, 1, 1];
        double[] expected = new NaiveQuantizedLayer<Half>(weights, activation, quantizeActivations: true).Run(input, ids, scales, 1);
        double[] exact = ManagedMoe.ForwardDouble<Half>(weights, activation, input, ids, scales, 1, quantizeActivations: true);
        Assert.InRange(MoeError.RelativeL2<double>(exact, expected), 0, 1e-12);
        Assert.InRange(MoeError.RelativeL2<Half>(Single(weights, activation, input, ids), expected), 0, 1e-3);

        // As large as only values beyond FP16 make it, with BF16's range or without a bound.
        var wide = new QuantizedMoeWeights<BFloat16>(s_shape, layout, weights.Fc1ExpertWeights, weights.Fc2ExpertWeights) { ActivatedScales = weights.ActivatedScales };
        BFloat16[] wideInput = Array.ConvertAll(input, value => (BFloat16)(float)value);
        double[] unbounded = ManagedMoe.ForwardDouble<BFloat16>(wide, activation, wideInput, ids, scales, 1, quantizeActivations: true);
        Assert.True(activatedScale > 0 || unbounded.Max(Math.Abs) > 3 * expected.Max(Math.Abs), $"{unbounded.Max(Math.Abs)}, {expected.Max(Math.Abs)}");
        Assert.True(MoeError.RelativeL2<double>(unbounded, expected) > 0.05);
    }

    [Fact]
    public void Infinite_and_missing_numbers_of_the_input_are_NaN_as_before()
    {
        QuantizedMoeWeights<Half> weights = Weights<Half>(Fc1Layout.GateUp, 600, 0);
        Half[] input = RandomQuantized.Values<Half>(new Random(4), 3 * 64);
        input[5] = Half.PositiveInfinity;
        input[64 + 7] = Half.NaN;
        Half[] output = Single(weights, Activation.Swiglu, input, [0, 1, 2]);
        Assert.All(output[..128], value => Assert.True(Half.IsNaN(value)));
        Assert.All(output[128..], value => Assert.True(Half.IsFinite(value)));
    }

    // Outputs are small enough for FP16.
    private static QuantizedMoeWeights<T> Weights<T>(Fc1Layout layout, float factor, float activatedScale)
        where T : unmanaged
    {
        QuantizedMoeWeights<T> made = RandomQuantized.Weights<T>(s_shape, layout, WeightFormat.Int8PerChannel, 3, biases: false);
        return new QuantizedMoeWeights<T>(
            s_shape, layout, [.. made.Fc1ExpertWeights.Select(matrix => Scaled(matrix, factor))], [.. made.Fc2ExpertWeights.Select(matrix => Scaled(matrix, 1f / 16))])
        {
            ActivatedScales = activatedScale == 0 ? default(ReadOnlyMemory<float>) : Enumerable.Repeat(activatedScale, s_shape.NumExperts).ToArray(),
        };
    }

    private static QuantizedMatrix Scaled(QuantizedMatrix matrix, float factor) =>
        QuantizedMatrix.Int8(matrix.Rows, matrix.Columns, matrix.Codes, matrix.Scales.ToArray().Select(scale => scale * factor).ToArray());

    private static Half[] Single(QuantizedMoeWeights<Half> weights, Activation activation, Half[] input, int[] ids)
    {
        MoeDescriptor descriptor = SinglePrecisionMoe.Descriptor with { Activation = activation, Dtype = Dtype.FP16, Weights = weights.Format, QuantizesActivations = true };
        var layer = new HostLayer<Half>(descriptor, new ManagedBackend(), weights);
        var output = new Half[input.Length];
        layer.Forward(input, ids, [], 1, output);
        return output;
    }
}
