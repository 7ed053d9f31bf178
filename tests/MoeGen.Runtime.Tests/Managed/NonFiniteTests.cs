using Xunit;

namespace MoeGen.Tests;

public class NonFiniteTests
{
    public static TheoryData<Activation, float> Cases()
    {
        var data = new TheoryData<Activation, float>();
        foreach (Activation activation in LayerCheck.Activations)
        {
            data.Add(activation, float.NaN);
            data.Add(activation, float.PositiveInfinity);
            data.Add(activation, float.NegativeInfinity);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void NaN_and_infinity_stay_in_their_token_and_show_there(Activation activation, float bad)
    {
        Fc1Layout layout = LayerCheck.LayoutsOf(activation)[0];
        TestLayer<BFloat16> layer = new TestLayer<BFloat16>(new MoeShape(2, 32, 16), 9, 2, seed: 23).WithBiases(true, true);
        layer.Swiglu = new SwigluConstants(1.2f, 0.5f, 1);
        BFloat16[] expected = layer.Run(activation, layout);
        Assert.All(expected, value => Assert.True(float.IsFinite((float)value)));
        double[] expectedDouble = layer.Double(activation, layout);
        layer.Input[(4 * 32) + 5] = (BFloat16)bad;
        BFloat16[] actual = layer.Run(activation, layout);
        double[] actualDouble = layer.Double(activation, layout);
        for (int i = 0; i < actual.Length; i++)
        {
            if (i / 32 != 4)
            {
                Assert.Equal(expected[i].ToBits(), actual[i].ToBits());
                Assert.Equal(expectedDouble[i], actualDouble[i]);
            }
            else if (float.IsNaN(bad))
            {
                Assert.True(float.IsNaN((float)actual[i]));
                Assert.True(double.IsNaN(actualDouble[i]));
            }
            else
            {
                Assert.False(float.IsFinite((float)actual[i]));
                Assert.False(double.IsFinite(actualDouble[i]));
            }
        }
    }
}
