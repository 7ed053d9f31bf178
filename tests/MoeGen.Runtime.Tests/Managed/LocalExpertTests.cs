using Xunit;

namespace MoeGen.Tests;

public class LocalExpertTests
{
    private static readonly MoeShape s_shape = new(4, 24, 40);

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(8)]
    public void A_range_agrees_with_the_naive_layer(int first)
    {
        CheckRange<BFloat16>(first);
        CheckRange<Half>(first);
        CheckRange<float>(first);
    }

    [Fact]
    public void A_map_agrees_with_the_naive_layer_and_experts_that_no_id_reaches_are_not_touched()
    {
        // Local expert 2 is unreachable; 7 and 1 share local expert 0.
        TestLayer<float> layer = GlobalIds<float>(9);
        layer.LocalExperts = LocalExperts.Map([-1, 0, 3, -7, 1, -1, -1, 0, -1]);
        layer.Placement = new() { [1] = 0, [2] = 3, [4] = 1, [7] = 0 };
        double[] expected = layer.Naive(Activation.Swiglu);
        Array.Fill(layer.Gate[2], float.NaN);
        Array.Fill(layer.Up[2], float.NaN);
        Array.Fill(layer.Down[2], float.NaN);
        Assert.Contains(layer.Ids, id => id is 1);
        Assert.Contains(layer.Ids, id => id is 7);
        Assert.Contains(layer.Ids, id => id is 3);
        LayerCheck.Agrees(layer, Activation.Swiglu, Fc1Layout.Interleaved, expected);
    }

    [Fact]
    public void Tokens_without_a_local_expert_get_zeros_whatever_their_scales()
    {
        TestLayer<BFloat16> layer = new TestLayer<BFloat16>(s_shape, 9, 3, seed: 73).WithBiases(true, true);
        Array.Fill(layer.Scales, float.NaN);
        foreach (LocalExperts remote in new[] { LocalExperts.Range(4, 8), LocalExperts.Map([-1, -1, -1, -1]) })
        {
            layer.LocalExperts = remote;
            Assert.All(layer.Run(Activation.Swiglu, Fc1Layout.GateUp), value => Assert.Equal(0, value.ToBits()));
            Assert.All(layer.Double(Activation.Swiglu, Fc1Layout.GateUp), value => Assert.Equal(0L, BitConverter.DoubleToInt64Bits(value)));
        }

        // The same ids are local where nothing is said.
        layer.LocalExperts = null;
        Assert.All(layer.Double(Activation.Swiglu, Fc1Layout.GateUp), value => Assert.True(double.IsNaN(value)));
    }

    [Fact]
    public void All_experts_as_a_range_or_a_map_give_the_same_bits()
    {
        var layer = new TestLayer<Half>(s_shape, 31, 3, seed: 79);
        Half[] expected = layer.Run(Activation.GegluTanh, Fc1Layout.UpGate);
        layer.LocalExperts = LocalExperts.Range(0, 4);
        Assert.Equal(expected, layer.Run(Activation.GegluTanh, Fc1Layout.UpGate));
        layer.LocalExperts = LocalExperts.Map([0, 1, 2, 3]);
        Assert.Equal(expected, layer.Run(Activation.GegluTanh, Fc1Layout.UpGate));
        layer.LocalExperts = LocalExperts.Map([1, 0, 2, 3]);
        Assert.NotEqual(expected, layer.Run(Activation.GegluTanh, Fc1Layout.UpGate));
    }

    [Theory]
    [InlineData(Activation.SwigluOai, Fc1Layout.Interleaved)]
    [InlineData(Activation.Geglu, Fc1Layout.UpGate)]
    [InlineData(Activation.Relu2, Fc1Layout.Plain)]
    public void Shards_add_up_to_the_whole_layer(Activation activation, Fc1Layout layout)
    {
        TestLayer<BFloat16> layer = new TestLayer<BFloat16>(new MoeShape(10, 32, 48), 40, 4, seed: 83).WithBiases(true, true);
        if (activation.HasAlphaAndBeta())
        {
            layer.SwigluAlpha = [.. Enumerable.Range(0, 10).Select(e => 1 + (e / 10f))];
            layer.SwigluBeta = [.. Enumerable.Range(0, 10).Select(e => e / 5f)];
            layer.SwigluLimit = [.. Enumerable.Range(0, 10).Select(e => 0.5f + (e / 4f))];
        }

        layer.Ids[5] = -1;
        MoeWeights<BFloat16> whole = layer.Weights(layout);
        double[] expected = layer.Double(activation, layout);
        (int[] Experts, LocalExperts Placement)[] ranges =
            [([0, 1, 2], LocalExperts.Range(0, 10)), ([3, 4, 5, 6], LocalExperts.Range(3, 10)), ([7, 8, 9], LocalExperts.Range(7, 10))];
        (int[] Experts, LocalExperts Placement)[] maps =
            [([8, 0, 3], Placement(8, 0, 3)), ([9, 7, 5, 1], Placement(9, 7, 5, 1)), ([6], Placement(6)), ([2, 4], Placement(2, 4))];
        foreach ((int[] Experts, LocalExperts Placement)[] shards in new[] { ranges, maps })
        {
            var sum = new double[expected.Length];
            foreach ((int[] experts, LocalExperts placement) in shards)
            {
                double[] part = ManagedMoe.ForwardDouble<BFloat16>(
                    Shard(whole, experts), activation, layer.Input, layer.Ids, layer.Scales, layer.TopK, localExperts: placement);
                Assert.True(MoeError.RelativeL2<double>(part, expected) > 0.1);
                for (int i = 0; i < sum.Length; i++)
                {
                    sum[i] += part[i];
                }
            }

            Assert.InRange(MoeError.RelativeL2<double>(sum, expected), 0, 1e-15);
            Assert.InRange(MoeError.WorstTokenRelativeL2<double>(sum, expected, 32), 0, 1e-14);
        }
    }

    [Fact]
    public void Placements_that_do_not_fit_are_named()
    {
        var layer = new TestLayer<float>(s_shape, 3, 2, seed: 89) { LocalExperts = LocalExperts.Range(5, 8) };
        AssertNames("localExperts starts at 5 of 8 global experts; the layer holds 4, so first may be at most 4");
        layer.LocalExperts = LocalExperts.Map([0, -1, 4]);
        AssertNames("localExperts maps expert 2 to 4; the layer holds experts 0 to 3");

        void AssertNames(string part)
        {
            ArgumentException problem = Assert.ThrowsAny<ArgumentException>(() => layer.Double(Activation.Swiglu, Fc1Layout.GateUp));
            Assert.Contains(part, problem.Message, StringComparison.Ordinal);
            Assert.Equal("localExperts", problem.ParamName);
        }
    }

    private static void CheckRange<T>(int first)
        where T : unmanaged
    {
        TestLayer<T> layer = GlobalIds<T>(12);
        layer.LocalExperts = LocalExperts.Range(first, 12);
        layer.Placement = Enumerable.Range(0, 4).ToDictionary(local => first + local);
        Assert.Contains(layer.Ids, id => id >= first + 4 || id < first);
        LayerCheck.AgreesInAllLayouts(layer, Activation.SwigluStep);
    }

    // Ids of all experts, some of them out of range.
    private static TestLayer<T> GlobalIds<T>(int numGlobal)
        where T : unmanaged
    {
        TestLayer<T> layer = new TestLayer<T>(s_shape, 35, 3, seed: 71).WithBiases(true, true);
        var random = new Random(72);
        for (int i = 0; i < layer.Ids.Length; i++)
        {
            layer.Ids[i] = random.Next(-1, numGlobal + 1);
        }

        (layer.Ids[10], layer.Ids[20]) = (int.MaxValue, int.MinValue);
        return layer;
    }

    private static LocalExperts Placement(params int[] experts) =>
        LocalExperts.Map([.. Enumerable.Range(0, 10).Select(global => Array.IndexOf(experts, global))]);

    private static MoeWeights<T> Shard<T>(MoeWeights<T> whole, int[] experts)
        where T : unmanaged => new(
            new MoeShape(experts.Length, whole.Shape.HiddenSize, whole.Shape.IntermediateSize),
            whole.Fc1Layout,
            [.. experts.Select(e => whole.Fc1ExpertWeights[e])],
            [.. experts.Select(e => whole.Fc2ExpertWeights[e])])
        {
            Fc1ExpertBiases = Rows(whole.Fc1ExpertBiases, experts, whole.Shape.NumExperts),
            Fc2ExpertBiases = Rows(whole.Fc2ExpertBiases, experts, whole.Shape.NumExperts),
            SwigluAlpha = Rows(whole.SwigluAlpha, experts, whole.Shape.NumExperts),
            SwigluBeta = Rows(whole.SwigluBeta, experts, whole.Shape.NumExperts),
            SwigluLimit = Rows(whole.SwigluLimit, experts, whole.Shape.NumExperts),
        };

    private static TValue[] Rows<TValue>(ReadOnlyMemory<TValue> all, int[] experts, int numExperts)
    {
        int width = all.Length / numExperts;
        return [.. experts.SelectMany(e => all.Slice(e * width, width).ToArray())];
    }
}
