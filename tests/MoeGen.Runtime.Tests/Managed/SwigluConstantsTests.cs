using Xunit;

namespace MoeGen.Tests;

public class SwigluConstantsTests
{
    private static readonly SwigluConstants s_constants = new(1.3f, 0.4f, 1.5f);

    [Theory]
    [InlineData(Activation.SwigluOai)]
    [InlineData(Activation.SwigluStep)]
    public void Constants_of_the_layer_are_used_and_default_to_gpt_oss(Activation activation)
    {
        // Inputs so large that the default limit of 7 cuts as well.
        TestLayer<float> layer = Layer<float>(51);
        for (int i = 0; i < layer.Input.Length; i++)
        {
            layer.Input[i] *= 4;
        }

        var naive = new NaiveLayer<float>(layer);
        double[] expected = naive.Run(activation);
        Assert.InRange(naive.GatesCut, naive.Values / 20, naive.Values / 2);
        Assert.InRange(naive.UpsCutAbove, naive.Values / 20, naive.Values / 2);
        Assert.InRange(naive.UpsCutBelow, naive.Values / 20, naive.Values / 2);
        double[] left = layer.Double(activation, Fc1Layout.GateUp);
        Assert.InRange(MoeError.RelativeL2<double>(left, expected), 0, 1e-14);
        layer.Swiglu = new SwigluConstants(1.702f, 1, 7);
        Assert.Equal(left, layer.Double(activation, Fc1Layout.GateUp));
        layer.Swiglu = s_constants;
        Assert.True(MoeError.RelativeL2<double>(layer.Double(activation, Fc1Layout.GateUp), expected) > 0.1);
        LayerCheck.AgreesInAllLayouts(layer, activation);
    }

    [Theory]
    [InlineData(Activation.SwigluOai)]
    [InlineData(Activation.SwigluStep)]
    public void Values_of_each_expert_agree_with_the_naive_layer(Activation activation)
    {
        PerExpert<BFloat16>(activation);
        PerExpert<Half>(activation);
        PerExpert<float>(activation);
    }

    [Fact]
    public void Each_tensor_replaces_its_constant_alone()
    {
        TestLayer<float> layer = Layer<float>(57);
        layer.Swiglu = s_constants;
        double[] constants = layer.Double(Activation.SwigluOai, Fc1Layout.UpGate);
        Action<TestLayer<float>, float[]?>[] members = [(l, v) => l.SwigluAlpha = v, (l, v) => l.SwigluBeta = v, (l, v) => l.SwigluLimit = v];
        foreach (Action<TestLayer<float>, float[]?> set in members)
        {
            set(layer, [0.9f, 1.1f, 0.8f, 1.7f, 0.6f]);
            LayerCheck.AgreesInAllLayouts(layer, Activation.SwigluOai);
            Assert.True(MoeError.RelativeL2<double>(layer.Double(Activation.SwigluOai, Fc1Layout.UpGate), constants) > 0.01);
            set(layer, null);
        }

        Assert.Equal(constants, layer.Double(Activation.SwigluOai, Fc1Layout.UpGate));
    }

    [Fact]
    public void Equal_values_of_each_expert_give_the_bits_of_the_constants()
    {
        TestLayer<BFloat16> layer = Layer<BFloat16>(59);
        layer.Swiglu = s_constants;
        BFloat16[] expected = layer.Run(Activation.SwigluOai, Fc1Layout.Interleaved);
        layer.Swiglu = null;
        Assert.NotEqual(expected, layer.Run(Activation.SwigluOai, Fc1Layout.Interleaved));
        layer.SwigluAlpha = [.. Enumerable.Repeat(1.3f, 5)];
        layer.SwigluBeta = [.. Enumerable.Repeat(0.4f, 5)];
        layer.SwigluLimit = [.. Enumerable.Repeat(1.5f, 5)];
        Assert.Equal(expected, layer.Run(Activation.SwigluOai, Fc1Layout.Interleaved));
    }

    [Fact]
    public void An_infinite_limit_leaves_swiglu()
    {
        TestLayer<float> layer = Layer<float>(61);
        double[] expected = layer.Double(Activation.Swiglu, Fc1Layout.GateUp);
        layer.Swiglu = new SwigluConstants(1, 0, float.PositiveInfinity);
        Assert.InRange(MoeError.RelativeL2<double>(layer.Double(Activation.SwigluOai, Fc1Layout.GateUp), expected), 0, 1e-15);
        Assert.Equal(expected, layer.Double(Activation.SwigluStep, Fc1Layout.GateUp));
    }

    [Fact]
    public void Constants_out_of_range_are_named_and_those_of_other_functions_have_no_meaning()
    {
        TestLayer<float> layer = Layer<float>(63);
        double[] expected = layer.Double(Activation.Swiglu, Fc1Layout.GateUp);
        Refuses(Activation.SwigluOai, new(float.NaN, 1, 7), "swiglu.Alpha is NaN; allowed are finite numbers");
        Refuses(Activation.SwigluOai, new(1, float.PositiveInfinity, 7), "swiglu.Beta is Infinity; allowed are finite numbers");
        Refuses(Activation.SwigluOai, new(1, 1, 0), "swiglu.Limit is 0; allowed are positive numbers and +infinity");
        Refuses(Activation.SwigluStep, new(1, 1, -2), "swiglu.Limit is -2");
        Refuses(Activation.SwigluStep, new(1, 1, float.NaN), "swiglu.Limit is NaN");
        layer.Swiglu = new SwigluConstants(float.NaN, float.NaN, 2);
        Assert.All(layer.Double(Activation.SwigluStep, Fc1Layout.GateUp), value => Assert.True(double.IsFinite(value)));
        layer.Swiglu = new SwigluConstants(float.NaN, float.NaN, float.NaN);
        Assert.Equal(expected, layer.Double(Activation.Swiglu, Fc1Layout.GateUp));

        void Refuses(Activation activation, SwigluConstants constants, string part)
        {
            layer.Swiglu = constants;
            ArgumentException problem = Assert.ThrowsAny<ArgumentException>(() => layer.Double(activation, Fc1Layout.GateUp));
            Assert.Contains(part, problem.Message, StringComparison.Ordinal);
            Assert.Equal("swiglu", problem.ParamName);
        }
    }

    private static TestLayer<T> Layer<T>(int seed)
        where T : unmanaged => new(new MoeShape(5, 40, 56), 23, 3, seed);

    private static void PerExpert<T>(Activation activation)
        where T : unmanaged
    {
        TestLayer<T> layer = Layer<T>(53).WithBiases(true, true);
        layer.Swiglu = s_constants;
        double[] constants = layer.Double(activation, Fc1Layout.GateUp);
        layer.SwigluLimit = [0.5f, 1f, 2f, float.PositiveInfinity, 1.5f];
        if (activation.HasAlphaAndBeta())
        {
            layer.SwigluAlpha = [1f, -0.5f, 1.702f, 0f, 2.5f];
            layer.SwigluBeta = [0f, 1f, -0.75f, 0.5f, 2f];
        }

        NaiveLayer<T> naive = LayerCheck.AgreesInAllLayouts(layer, activation);
        Assert.InRange(naive.GatesCut, naive.Values / 20, naive.Values / 2);
        Assert.InRange(naive.UpsCutAbove, naive.Values / 20, naive.Values / 2);
        Assert.InRange(naive.UpsCutBelow, naive.Values / 20, naive.Values / 2);
        Assert.True(MoeError.RelativeL2<double>(layer.Double(activation, Fc1Layout.GateUp), constants) > 0.1);
    }
}
