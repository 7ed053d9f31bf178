using Xunit;

namespace MoeGen.Tests;

public class ManagedMoeTests
{
    private static readonly (int E, int H, int I, int T, int K)[] s_shapes =
        [(1, 8, 8, 1, 1), (5, 24, 40, 7, 3), (8, 64, 56, 33, 2), (3, 136, 72, 19, 5), (60, 40, 16, 50, 4), (2, 72, 200, 300, 1)];

    public static TheoryData<int, Activation> Cases()
    {
        var data = new TheoryData<int, Activation>();
        for (int shape = 0; shape < s_shapes.Length; shape++)
        {
            foreach (Activation activation in LayerCheck.Activations)
            {
                data.Add(shape, activation);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Agrees_with_the_naive_layer_in_every_layout(int shape, Activation activation)
    {
        Compare<BFloat16>(shape, activation);
        Compare<Half>(shape, activation);
        Compare<float>(shape, activation);
    }

    [Fact]
    public void Layouts_are_bit_equal_for_permuted_weights_and_exchanging_gate_and_up_shows()
    {
        var layer = new TestLayer<BFloat16>(new MoeShape(5, 40, 48), 9, 2, seed: 3);
        double[] expected = layer.Double(Activation.Swiglu, Fc1Layout.GateUp);
        Assert.Equal(expected, layer.Double(Activation.Swiglu, Fc1Layout.UpGate));
        Assert.Equal(expected, layer.Double(Activation.Swiglu, Fc1Layout.Interleaved));

        MoeWeights<BFloat16> upGate = layer.Weights(Fc1Layout.UpGate);
        var mislabelled = new MoeWeights<BFloat16>(layer.Shape, Fc1Layout.GateUp, upGate.Fc1ExpertWeights, upGate.Fc2ExpertWeights);
        double[] swapped = ManagedMoe.ForwardDouble<BFloat16>(mislabelled, Activation.Swiglu, layer.Input, layer.Ids, layer.Scales, layer.TopK);
        Assert.True(MoeError.RelativeL2<double>(swapped, expected) > 0.1);
    }

    [Theory]
    [InlineData(RoundingPoints.None)]
    [InlineData(RoundingPoints.Activation)]
    [InlineData(RoundingPoints.ExpertOutput)]
    [InlineData(RoundingPoints.Activation | RoundingPoints.ExpertOutput | RoundingPoints.Output)]
    public void Does_not_depend_on_the_number_of_threads_nor_on_other_tokens(RoundingPoints rounding)
    {
        var layer = new TestLayer<BFloat16>(new MoeShape(3, 72, 40), 200, 3, seed: 5);
        var options = new ManagedOptions { MaxDegreeOfParallelism = 1, Rounding = rounding };
        BFloat16[] expected = layer.Run(Activation.Swiglu, Fc1Layout.Interleaved, options);
        double[] expectedDouble = layer.Double(Activation.Swiglu, Fc1Layout.Interleaved, options);
        foreach (int threads in new[] { 2, 3, 8, -1 })
        {
            ManagedOptions parallel = options with { MaxDegreeOfParallelism = threads };
            Assert.Equal(expected, layer.Run(Activation.Swiglu, Fc1Layout.Interleaved, parallel));
            Assert.Equal(expectedDouble, layer.Double(Activation.Swiglu, Fc1Layout.Interleaved, parallel));
        }

        // A token on its own gives the same bits as within the batch.
        const int Token = 142;
        int h = layer.Shape.HiddenSize;
        var alone = new BFloat16[h];
        ManagedMoe.Forward<BFloat16>(
            layer.Weights(Fc1Layout.Interleaved), Activation.Swiglu, layer.Input.AsSpan(Token * h, h), layer.Ids.AsSpan(Token * 3, 3), layer.Scales.AsSpan(Token * 3, 3), 3, alone, options);
        Assert.Equal(expected[(Token * h)..((Token + 1) * h)], alone);
    }

    [Fact]
    public void Float_and_double_round_at_the_same_points()
    {
        RoundsAtItsPoints<BFloat16>(1 / 256.0);
        RoundsAtItsPoints<Half>(1 / 2048.0);
    }

    [Fact]
    public void No_tokens_give_no_output()
    {
        var layer = new TestLayer<Half>(new MoeShape(4, 16, 8), 0, 2, seed: 1);
        Assert.Empty(layer.Run(Activation.Relu, Fc1Layout.Plain));
        Assert.Empty(layer.Double(Activation.Relu, Fc1Layout.Plain));
    }

    [Fact]
    public void Ids_outside_the_experts_contribute_nothing_and_their_rows_are_written()
    {
        var layer = new TestLayer<BFloat16>(new MoeShape(6, 32, 24), 8, 3, seed: 11);
        Array.Fill(layer.Ids, -1, 0, 3);
        (layer.Ids[3], layer.Ids[4], layer.Ids[5]) = (6, int.MaxValue, int.MinValue);
        layer.Ids[7] = -1;
        layer.Ids[11] = 6;

        // A dropped slot's scale must not matter, not even NaN.
        layer.Scales[0] = float.NaN;
        layer.Scales[7] = float.PositiveInfinity;
        double[] expected = layer.Naive(Activation.Swiglu);
        BFloat16[] actual = layer.Run(Activation.Swiglu, Fc1Layout.GateUp);
        Assert.All(actual[..64], value => Assert.Equal(0, value.ToBits()));
        ContractVerdict verdict = NumericContract.For(Dtype.BF16).Check<BFloat16>(actual, expected, 32);
        Assert.True(verdict.Passed, verdict.Message);
        Assert.Contains(expected[64..], value => Math.Abs(value) > 0.1);

        Array.Fill(layer.Ids, -1);
        Assert.All(layer.Run(Activation.Swiglu, Fc1Layout.GateUp), value => Assert.Equal(0, value.ToBits()));
    }

    [Fact]
    public void The_same_expert_twice_counts_twice_and_K_may_exceed_E()
    {
        var layer = new TestLayer<float>(new MoeShape(3, 16, 32), 5, 32, seed: 17);
        CheckFloat(layer);

        var twice = new TestLayer<float>(new MoeShape(3, 16, 32), 2, 2, seed: 18) { Scales = [] };
        Array.Fill(twice.Ids, 1);
        CheckFloat(twice);
        double[] both = twice.Double(Activation.Silu, Fc1Layout.Plain);
        double[] once = ManagedMoe.ForwardDouble<float>(twice.Weights(Fc1Layout.Plain), Activation.Silu, twice.Input, [1, 1], [], 1);
        Assert.Equal(once.Select(value => 2 * value), both);
    }

    [Fact]
    public void All_tokens_on_one_expert_and_many_experts()
    {
        var one = new TestLayer<float>(new MoeShape(9, 24, 16), 400, 1, seed: 19);
        Array.Fill(one.Ids, 8);
        CheckFloat(one);
        CheckFloat(new TestLayer<float>(new MoeShape(1024, 8, 8), 40, 32, seed: 20));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1500)]
    [InlineData(5000)]
    public void A_call_in_chunks_gives_the_same_bits_as_a_whole_one(long chunkElements)
    {
        // 24 + 3 x (24 + 40) = 216 accumulators a token: chunks of 1, 6 and 23 of the 50 tokens.
        var layer = new TestLayer<BFloat16>(new MoeShape(4, 24, 40), 50, 3, seed: 29);
        MoeWeights<BFloat16> weights = layer.Weights(Fc1Layout.GateUp);
        foreach (float[] scales in new[] { layer.Scales, [] })
        {
            layer.Scales = scales;
            var rounded = new BFloat16[layer.Input.Length];
            new ManagedPipeline<BFloat16, float>(ManagedLayer<BFloat16>.Create(weights, Activation.Swiglu, 3), chunkElements)
                .Run(layer.Input, layer.Ids, scales, rounded, default);
            Assert.Equal(layer.Run(Activation.Swiglu, Fc1Layout.GateUp), rounded);

            var exact = new double[layer.Input.Length];
            new ManagedPipeline<BFloat16, double>(ManagedLayer<BFloat16>.Create(weights, Activation.Swiglu, 3), chunkElements)
                .Run(layer.Input, layer.Ids, scales, default, exact);
            Assert.Equal(layer.Double(Activation.Swiglu, Fc1Layout.GateUp), exact);
        }
    }

    private static void CheckFloat(TestLayer<float> layer)
    {
        ContractVerdict verdict = NumericContract.For(Dtype.FP32)
            .Check<float>(layer.Run(Activation.Silu, Fc1Layout.Plain), layer.Naive(Activation.Silu), layer.Shape.HiddenSize);
        Assert.True(verdict.Passed, verdict.Message);
    }

    private static void Compare<T>(int shape, Activation activation)
        where T : unmanaged
    {
        (int e, int h, int i, int t, int k) = s_shapes[shape];
        var layer = new TestLayer<T>(new MoeShape(e, h, i), t, k, seed: 100 + shape);
        LayerCheck.AgreesInAllLayouts(layer, activation);
    }

    private static void RoundsAtItsPoints<T>(double halfUlp)
        where T : unmanaged
    {
        // One expert a token and identity-like numbers would hide a point; a random layer shows each as its own error.
        var layer = new TestLayer<T>(new MoeShape(4, 64, 64), 40, 2, seed: 31);
        double[] exact = layer.Double(Activation.Swiglu, Fc1Layout.GateUp);
        double[]? previous = null;
        foreach (RoundingPoints points in new[] { RoundingPoints.Activation, RoundingPoints.ExpertOutput, RoundingPoints.Output, RoundingPoints.Activation | RoundingPoints.ExpertOutput | RoundingPoints.Output })
        {
            var options = new ManagedOptions { Rounding = points };
            double[] rounded = layer.Double(Activation.Swiglu, Fc1Layout.GateUp, options);
            double error = MoeError.RelativeL2<double>(rounded, exact);
            Assert.InRange(error, 0.2 * halfUlp, 1.2 * halfUlp);
            Assert.True(previous is null || MoeError.RelativeL2<double>(rounded, previous) > 0.1 * halfUlp);
            previous = rounded;

            // The float accumulator rounds at the same points: nearly all outputs agree once rounded to T.
            T[] actual = layer.Run(Activation.Swiglu, Fc1Layout.GateUp, options);
            int equal = actual.Zip(rounded).Count(pair => TestLayer<T>.From(pair.Second).Equals(pair.First));
            Assert.InRange(equal, actual.Length * 95 / 100, actual.Length);
        }

        double[] output = layer.Double(Activation.Swiglu, Fc1Layout.GateUp, new ManagedOptions { Rounding = RoundingPoints.Output });
        Assert.Equal(exact.Select(value => TestLayer<T>.Number(TestLayer<T>.From(value))), output);
    }
}
