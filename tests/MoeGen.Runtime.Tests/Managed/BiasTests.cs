using Xunit;

namespace MoeGen.Tests;

public class BiasTests
{
    public static TheoryData<Activation, bool, bool> Cases()
    {
        var data = new TheoryData<Activation, bool, bool>();
        foreach (Activation activation in LayerCheck.Activations)
        {
            data.Add(activation, false, false);
            data.Add(activation, true, false);
            data.Add(activation, false, true);
            data.Add(activation, true, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_activation_agrees_with_the_naive_layer_on_random_ragged_shapes(Activation activation, bool fc1, bool fc2)
    {
        for (int seed = 0; seed < 2; seed++)
        {
            Compare<BFloat16>(activation, fc1, fc2, seed);
            Compare<Half>(activation, fc1, fc2, seed);
            Compare<float>(activation, fc1, fc2, seed);
        }
    }

    [Theory]
    [InlineData(Activation.Swiglu, Fc1Layout.Interleaved)]
    [InlineData(Activation.Relu2, Fc1Layout.Plain)]
    public void Each_bias_shows_in_the_output(Activation activation, Fc1Layout layout)
    {
        var layer = new TestLayer<float>(new MoeShape(3, 24, 40), 11, 2, seed: 41);
        double[] none = layer.Double(activation, layout);
        double[] fc1 = layer.WithBiases(true, false).Double(activation, layout);
        double[] fc2 = layer.WithBiases(false, true).Double(activation, layout);
        Assert.True(MoeError.RelativeL2<double>(fc1, none) > 0.1);
        Assert.True(MoeError.RelativeL2<double>(fc2, none) > 0.1);

        // The second bias passes the activation by: it adds scale * b2, whatever the layer computes.
        for (int i = 0; i < none.Length; i++)
        {
            int t = i / 24;
            double added = Enumerable.Range(2 * t, 2).Sum(slot => layer.Scales[slot] * (double)layer.DownBias![(layer.Ids[slot] * 24) + (i % 24)]);
            Assert.Equal(none[i] + added, fc2[i], 1e-13);
        }
    }

    [Fact]
    public void Zero_biases_change_nothing()
    {
        var layer = new TestLayer<Half>(new MoeShape(3, 24, 40), 11, 2, seed: 43);
        Half[] expected = layer.Run(Activation.Geglu, Fc1Layout.UpGate);
        layer.WithBiases(true, true);
        Assert.NotEqual(expected, layer.Run(Activation.Geglu, Fc1Layout.UpGate));
        Array.Clear(layer.GateBias!);
        Array.Clear(layer.UpBias!);
        Array.Clear(layer.DownBias!);
        Assert.Equal(expected, layer.Run(Activation.Geglu, Fc1Layout.UpGate));
    }

    [Fact]
    public void Biased_rows_are_rounded_after_the_bias()
    {
        // One expert a token with scale 1: the output is the expert's row, so both must round to the same numbers.
        var layer = new TestLayer<BFloat16>(new MoeShape(2, 32, 24), 20, 1, seed: 47) { Scales = [] };
        layer.WithBiases(false, true);
        double[] exact = layer.Double(Activation.GeluTanh, Fc1Layout.Plain);
        double[] rounded = layer.Double(Activation.GeluTanh, Fc1Layout.Plain, new ManagedOptions { Rounding = RoundingPoints.ExpertOutput });
        Assert.Equal(exact.Select(value => TestLayer<BFloat16>.Number((BFloat16)value)), rounded);
    }

    private static void Compare<T>(Activation activation, bool fc1, bool fc2, int seed)
        where T : unmanaged
    {
        var random = new Random((1000 * seed) + (int)activation);
        var shape = new MoeShape(random.Next(1, 13), 8 * random.Next(1, 12), 8 * random.Next(1, 12));
        int topK = random.Next(1, 6);
        var layer = new TestLayer<T>(shape, random.Next(8, 40), topK, seed: 200 + seed)
        {
            // Limits that random gates and ups, of standard deviation 1.5, exceed.
            Swiglu = new SwigluConstants(1.4f, 0.6f, 1.25f),
        };
        layer.WithBiases(fc1, fc2);
        layer.Ids[0] = -1;
        layer.Ids[topK] = shape.NumExperts;
        layer.Scales = seed == 1 ? [] : layer.Scales;
        NaiveLayer<T> naive = LayerCheck.AgreesInAllLayouts(layer, activation);
        if (activation.HasLimit())
        {
            Assert.InRange(naive.GatesCut, naive.Values / 20, naive.Values / 2);
            Assert.InRange(naive.UpsCutAbove, naive.Values / 20, naive.Values / 2);
            Assert.InRange(naive.UpsCutBelow, naive.Values / 20, naive.Values / 2);
        }
    }
}
