using Xunit;

namespace MoeGen.Tests;

/// <summary>Quantised weights on the managed backend.</summary>
public class QuantizedLayerTests
{
    private static readonly int[] s_ids = [0, 1, 2, 2, 1, 0, 0, 0, 2, 1];

    // Powers of two: products are exact, fused with the addition or not.
    private static readonly float[] s_scales = [1, 0.5f, 0.25f, 1, 2, 0.5f, 1, 1, 0.5f, 0.25f];

    public static TheoryData<WeightFormat, int, bool> Formats => new()
    {
        { WeightFormat.Int8PerChannel, 0, false },
        { WeightFormat.Int4Group, 32, false },
        { WeightFormat.Int4Group, 64, true },
        { WeightFormat.Int4Group, 128, true },
        { WeightFormat.Mxfp4, 32, false },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public void Weight_only_layers_agree_with_the_naive_layer_in_every_element_type(WeightFormat format, int groupSize, bool zeroPoints)
    {
        foreach (Fc1Layout layout in new[] { Fc1Layout.GateUp, Fc1Layout.UpGate, Fc1Layout.Interleaved, Fc1Layout.Plain })
        {
            Compare<BFloat16>(format, groupSize, zeroPoints, layout);
            Compare<Half>(format, groupSize, zeroPoints, layout);
            Compare<float>(format, groupSize, zeroPoints, layout);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Four_bit_weights_are_numbers_of_the_element_type_bit_for_bit(WeightFormat format, int groupSize, bool zeroPoints)
    {
        if (format != WeightFormat.Int8PerChannel)
        {
            CompareDequantized<BFloat16>(format, groupSize, zeroPoints);
            CompareDequantized<Half>(format, groupSize, zeroPoints);
        }
    }

    [Theory]
    [InlineData(Activation.Swiglu, Fc1Layout.GateUp)]
    [InlineData(Activation.Swiglu, Fc1Layout.Interleaved)]
    [InlineData(Activation.Relu2, Fc1Layout.Plain)]
    [InlineData(Activation.Identity, Fc1Layout.Plain)]
    public void Quantised_activations_agree_with_the_naive_layer_bit_for_bit(Activation activation, Fc1Layout layout)
    {
        CompareExactly<BFloat16>(activation, layout);
        CompareExactly<Half>(activation, layout);
        CompareExactly<float>(activation, layout);
    }

    [Fact]
    public void Rounded_outputs_of_quantised_activations_are_the_double_ones_rounded_once()
    {
        QuantizedMoeWeights<Half> weights = RandomQuantized.Weights<Half>(new MoeShape(3, 64, 128), Fc1Layout.GateUp, WeightFormat.Int8PerChannel, 5);
        Half[] input = RandomQuantized.Values<Half>(new Random(6), 5 * 64);
        double[] exact = ManagedMoe.ForwardDouble<Half>(weights, Activation.Swiglu, input, s_ids, s_scales, 2, quantizeActivations: true);
        foreach (int threads in new[] { 1, 3, -1 })
        {
            var output = new Half[input.Length];
            var options = new ManagedOptions { MaxDegreeOfParallelism = threads };
            ManagedMoe.Forward<Half>(weights, Activation.Swiglu, input, s_ids, s_scales, 2, output, options, quantizeActivations: true);
            Assert.Equal(exact.Select(value => (Half)value), output);
        }

        // The rounding of the activation is part of the definition, asked for or not.
        var rounding = new ManagedOptions { Rounding = RoundingPoints.Activation };
        Assert.Equal(exact, ManagedMoe.ForwardDouble<Half>(weights, Activation.Swiglu, input, s_ids, s_scales, 2, rounding, quantizeActivations: true));
    }

    [Fact]
    public void Codes_and_scales_by_hand()
    {
        // fc1 = fc2 = a diagonal of 127 / 128, its last scale 0; the token's largest magnitude 254 gives it the scale 2.
        var codes = new byte[64];
        var scales = new float[8];
        for (int i = 0; i < 8; i++)
        {
            (codes[i * 9], scales[i]) = (127, i == 7 ? 0 : 1f / 128);
        }

        QuantizedMatrix identity = QuantizedMatrix.Int8(8, 8, codes, scales);
        var weights = new QuantizedMoeWeights<float>(new MoeShape(1, 8, 8), Fc1Layout.Plain, [identity], [identity]) { Fc2ExpertBiases = new float[] { 0, 0, 0, 0, 0, 0, 0, 3 } };
        float[] input = [254, -254, 3, 1, 0, 0, 0, 9];
        double[] output = ManagedMoe.ForwardDouble<float>(weights, Activation.Identity, input, [0], [], 1, quantizeActivations: true);

        // Tokens: codes 127, -127, 2, 0; fc1: code * 127 * 2 / 128; the activated row's largest is 127 * 127 / 64, whose code is 127 again.
        double most = 127.0 * 127 / 64;
        double scale = (float)most / 127f;
        Assert.Equal([127 * 127 * (scale / 128), -127 * 127 * (scale / 128), 2 * 127 * (scale / 128), 0, 0, 0, 0, 3], output);

        // Weight-only: the token as it is, but for the channel of scale 0.
        output = ManagedMoe.ForwardDouble<float>(weights, Activation.Identity, input, [0], [], 1);
        Assert.Equal([.. input.Take(7).Select(value => value * (127 / 128.0) * (127 / 128.0)), 3], output);
    }

    [Fact]
    public void Four_bit_codes_by_hand()
    {
        // Group 0 of each row: codes 0..15 twice, scale 0.5, zero point 3; MXFP4 with the scale 4.
        byte[] codes = [.. Enumerable.Range(0, 8 * 16).Select(i => (byte)((2 * (i % 8)) | (((2 * (i % 8)) + 1) << 4)))];
        var scales = new float[8];
        var zeros = new byte[8];
        Array.Fill(scales, 0.5f);
        Array.Fill(zeros, (byte)3);
        var row = new double[32];
        QuantizedRows.Load<BFloat16, double>(QuantizedMatrix.Int4(8, 32, 32, codes, scales, zeros), 7, row);
        Assert.Equal(Enumerable.Range(0, 32).Select(i => ((i % 16) - 3) * 0.5), row);
        QuantizedRows.Load<BFloat16, double>(QuantizedMatrix.Int4(8, 32, 32, codes, scales), 0, row);
        Assert.Equal(Enumerable.Range(0, 32).Select(i => ((i % 16) - 8) * 0.5), row);

        Array.Fill(scales, 4f);
        double[] numbers = [0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6];
        QuantizedRows.Load<BFloat16, double>(QuantizedMatrix.Mxfp4(8, 32, codes, scales), 3, row);
        Assert.Equal(numbers.Concat(numbers).Select(number => 4 * number), row);

        // The scale itself is rounded to bf16, and the product again: 1.0078125 stays, times 15 it has 11 bits.
        Array.Fill(scales, 1.009f);
        QuantizedRows.Load<BFloat16, double>(QuantizedMatrix.Int4(8, 32, 32, codes, scales, new byte[8]), 0, row);
        Assert.Equal(15.125, row[15]);
        Assert.Equal(1.0078125, row[1]);
        var single = new double[32];
        QuantizedRows.Load<float, double>(QuantizedMatrix.Int4(8, 32, 32, codes, scales, new byte[8]), 0, single);
        Assert.Equal(15.0 * 1.009f, single[15]);
    }

    private static void Compare<T>(WeightFormat format, int groupSize, bool zeroPoints, Fc1Layout layout)
        where T : unmanaged
    {
        Activation activation = layout == Fc1Layout.Plain ? Activation.GeluTanh : Activation.Swiglu;
        QuantizedMoeWeights<T> weights = RandomQuantized.Weights<T>(new MoeShape(3, 128, 128), layout, format, 7, groupSize, zeroPoints);
        T[] input = RandomQuantized.Values<T>(new Random(8), 5 * 128);
        double[] expected = new NaiveQuantizedLayer<T>(weights, activation, quantizeActivations: false).Run(input, s_ids, s_scales, 2);
        Assert.InRange(expected.Max(Math.Abs), 0.5, 50);
        Assert.InRange(MoeError.RelativeL2<double>(ManagedMoe.ForwardDouble<T>(weights, activation, input, s_ids, s_scales, 2), expected), 0, 1e-13);
        var output = new T[input.Length];
        ManagedMoe.Forward<T>(weights, activation, input, s_ids, s_scales, 2, output);
        ContractVerdict verdict = NumericContract.For(weights.Dtype).Check<T>(output, expected, 128);
        Assert.True(verdict.Passed, verdict.Message);
    }

    private static void CompareDequantized<T>(WeightFormat format, int groupSize, bool zeroPoints)
        where T : unmanaged
    {
        QuantizedMoeWeights<T> weights = RandomQuantized.Weights<T>(new MoeShape(3, 128, 256), Fc1Layout.UpGate, format, 9, groupSize, zeroPoints);
        var plain = new MoeWeights<T>(
            weights.Shape, weights.Fc1Layout, [.. weights.Fc1ExpertWeights.Select(Dequantize)], [.. weights.Fc2ExpertWeights.Select(Dequantize)])
        {
            Fc1ExpertBiases = weights.Fc1ExpertBiases,
            Fc2ExpertBiases = weights.Fc2ExpertBiases,
        };
        T[] input = RandomQuantized.Values<T>(new Random(10), 5 * 128);
        Assert.Equal(
            ManagedMoe.ForwardDouble<T>(plain, Activation.Geglu, input, s_ids, s_scales, 2), ManagedMoe.ForwardDouble<T>(weights, Activation.Geglu, input, s_ids, s_scales, 2));
        var expected = new T[input.Length];
        var output = new T[input.Length];
        ManagedMoe.Forward<T>(plain, Activation.Geglu, input, s_ids, s_scales, 2, expected);
        ManagedMoe.Forward<T>(weights, Activation.Geglu, input, s_ids, s_scales, 2, output);
        Assert.Equal(expected, output);

        static ReadOnlyMemory<T> Dequantize(QuantizedMatrix matrix) => Enumerable.Range(0, matrix.Rows * matrix.Columns)
            .Select(i => TestLayer<T>.From(NaiveQuantizedLayer<T>.Weight(matrix, i / matrix.Columns, i % matrix.Columns))).ToArray();
    }

    private static void CompareExactly<T>(Activation activation, Fc1Layout layout)
        where T : unmanaged
    {
        var shape = new MoeShape(3, 72, 40);
        QuantizedMoeWeights<T> dynamic = RandomQuantized.Weights<T>(shape, layout, WeightFormat.Int8PerChannel, 11);
        var random = new Random(12);
        T[] input = RandomQuantized.Values<T>(random, 5 * 72);
        var statics = new QuantizedMoeWeights<T>(shape, layout, dynamic.Fc1ExpertWeights, dynamic.Fc2ExpertWeights)
        {
            Fc1ExpertBiases = dynamic.Fc1ExpertBiases,
            InputFactors = Enumerable.Range(0, 72).Select(_ => (float)random.NextDouble() + 0.5f).ToArray(),
            InputScale = 0.009f,
            ActivatedScales = new[] { 0.02f, 0.01f, 0.005f },
        };
        foreach (QuantizedMoeWeights<T> weights in new[] { dynamic, statics })
        {
            double[] expected = new NaiveQuantizedLayer<T>(weights, activation, quantizeActivations: true).Run(input, s_ids, s_scales, 2);
            double[] actual = ManagedMoe.ForwardDouble<T>(weights, activation, input, s_ids, s_scales, 2, quantizeActivations: true);
            Assert.Equal(expected, actual);
            Assert.InRange(expected.Max(Math.Abs), 0.2, 50);

            // Quantised activations are another layer than the weights alone.
            if (weights == dynamic)
            {
                double[] weightOnly = ManagedMoe.ForwardDouble<T>(weights, activation, input, s_ids, s_scales, 2);
                Assert.InRange(MoeError.RelativeL2<double>(actual, weightOnly), 1e-3, 0.05);
            }
        }
    }
}
