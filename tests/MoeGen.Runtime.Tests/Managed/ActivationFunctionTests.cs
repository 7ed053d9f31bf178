using Xunit;

namespace MoeGen.Tests;

public class ActivationFunctionTests
{
    private static readonly (float Alpha, float Beta, float Limit) s_constants = (1.5f, 0.5f, 2f);

    public static TheoryData<Activation> Activations() => [.. LayerCheck.Activations];

    [Theory]
    [MemberData(nameof(Activations))]
    public void Float_agrees_with_double_and_double_with_the_definition(Activation activation)
    {
        foreach (double gate in new[] { 0.0, 1.25, -3.5, 0.001, 3.0, -1e-4, 20.0 })
        {
            foreach (double up in new[] { -1.75, 1.0, 5.5, -9.0 })
            {
                double exact = Apply(activation, gate, up);
                double naive = NaiveActivation.Apply(activation, gate, up, s_constants.Alpha, s_constants.Beta, s_constants.Limit);
                Assert.InRange(Math.Abs(exact - naive), 0, 1e-14 * (1 + Math.Abs(naive)));
                Assert.InRange(Math.Abs(Apply(activation, (float)gate, (float)up) - exact), 0, (1e-6 * Math.Abs(exact)) + 1e-37);
            }
        }
    }

    [Theory]
    [InlineData(Activation.Swiglu, -30, 1e-6)]
    [InlineData(Activation.Silu, -30, 1e-6)]
    [InlineData(Activation.Gelu, -12, 1e-6)]
    [InlineData(Activation.Geglu, -12, 1e-6)]
    [InlineData(Activation.SwigluOai, -30, 1e-5)]
    [InlineData(Activation.SwigluStep, -30, 1e-6)]
    [InlineData(Activation.GeluTanh, -8, 1e-5)]
    [InlineData(Activation.GegluTanh, -8, 1e-5)]
    public void Single_precision_keeps_the_digits_of_the_negative_tail(Activation activation, double x, double tolerance)
    {
        double exact = Apply(activation, x, 1.5);
        Assert.InRange(exact, -1e-10, -1e-36);
        Assert.InRange(Math.Abs(Apply(activation, (float)x, 1.5f) - exact), 0, tolerance * Math.Abs(exact));
    }

    [Fact]
    public void Double_agrees_with_known_values()
    {
        // 1 / (1 + e^-1), e^-2 / (1 + e^-2) * -2 * 3, Phi(1), and Phi(-5) * -5 with its small digits.
        AssertClose(0.7310585786300049, Apply(Activation.Silu, 1.0, 0));
        AssertClose(-0.7152175321327053, Apply(Activation.Swiglu, -2.0, 3.0));
        AssertClose(0.8413447460685429, Apply(Activation.Gelu, 1.0, 0));
        AssertClose(-1.4332578593959695e-06, Apply(Activation.Gelu, -5.0, 0), 1e-12);
        AssertClose(2.524034238205629, Apply(Activation.Geglu, 1.0, 3.0));

        // From 40-digit arithmetic.
        AssertClose(0.84119199060827670478, Apply(Activation.GeluTanh, 1.0, 0));
        AssertClose(-2.2917961966295046093e-7, Apply(Activation.GeluTanh, -5.0, 0), 1e-13);
        AssertClose(-0.13620691773667494366, Apply(Activation.GegluTanh, -2.0, 3.0), 1e-14);
        Assert.Equal(0, Apply(Activation.Relu, -2.0, 0));
        Assert.Equal(2, Apply(Activation.Relu, 2.0, 0));
        Assert.Equal(0, Apply(Activation.Relu2, -3.0, 0));
        Assert.Equal(9, Apply(Activation.Relu2, 3.0, 0));
        Assert.Equal(-3, Apply(Activation.Identity, -3.0, 5.0));

        // Alpha 1.5, beta 0.5, limit 2: nothing cut, the gate, up from above, up from below.
        AssertClose(1.2263617142904654894, Apply(Activation.SwigluOai, 1.0, 1.0));
        AssertClose(2.8577223804672996574, Apply(Activation.SwigluOai, 3.0, 1.0));
        AssertClose(-0.08240206972944885029, Apply(Activation.SwigluOai, -3.0, 5.0));
        AssertClose(-1.2263617142904654894, Apply(Activation.SwigluOai, 1.0, -7.0));
        AssertClose(0.7310585786300048793, Apply(Activation.SwigluStep, 1.0, 1.0));
        Assert.Equal(2, Apply(Activation.SwigluStep, 3.0, 1.0));
        AssertClose(-0.28455523906540068527, Apply(Activation.SwigluStep, -3.0, 5.0));
        AssertClose(-1.4621171572600097585, Apply(Activation.SwigluStep, 1.0, -7.0));
    }

    [Theory]
    [MemberData(nameof(Activations))]
    public void NaN_stays_NaN_in_gate_and_up(Activation activation)
    {
        Assert.True(float.IsNaN(Apply(activation, float.NaN, 1f)));
        Assert.True(double.IsNaN(Apply(activation, double.NaN, 1)));
        Assert.Equal(activation.IsGated(), float.IsNaN(Apply(activation, 1f, float.NaN)));
        Assert.Equal(activation.IsGated(), double.IsNaN(Apply(activation, 1, double.NaN)));
    }

    [Fact]
    public void Large_numbers_do_not_overflow()
    {
        foreach (Activation activation in new[] { Activation.Silu, Activation.Gelu, Activation.GeluTanh, Activation.Relu })
        {
            Assert.Equal(0, Apply(activation, -1e30f, 0f));
            Assert.Equal(1e30f, Apply(activation, 1e30f, 0f));
        }

        foreach (Activation activation in new[] { Activation.Swiglu, Activation.Geglu, Activation.GegluTanh })
        {
            Assert.Equal(0, Apply(activation, -1e30f, 2f));
            Assert.Equal(2e30f, Apply(activation, 1e30f, 2f));
        }

        foreach (Activation activation in new[] { Activation.SwigluOai, Activation.SwigluStep })
        {
            Assert.Equal(0, Apply(activation, -1e30f, 2f));
            Assert.InRange(Apply(activation, float.PositiveInfinity, float.PositiveInfinity), 3.9f, 5);
        }
    }

    [Fact]
    public void Gating_agrees_with_the_enum()
    {
        Assert.Equal(Activation.Swiglu.IsGated(), SwigluFunction.IsGated);
        Assert.Equal(Activation.Silu.IsGated(), SiluFunction.IsGated);
        Assert.Equal(Activation.Gelu.IsGated(), GeluFunction.IsGated);
        Assert.Equal(Activation.Relu.IsGated(), ReluFunction.IsGated);
        Assert.Equal(Activation.Geglu.IsGated(), GegluFunction.IsGated);
        Assert.Equal(Activation.GegluTanh.IsGated(), GegluTanhFunction.IsGated);
        Assert.Equal(Activation.SwigluOai.IsGated(), SwigluOaiFunction.IsGated);
        Assert.Equal(Activation.SwigluStep.IsGated(), SwigluStepFunction.IsGated);
        Assert.Equal(Activation.GeluTanh.IsGated(), GeluTanhFunction.IsGated);
        Assert.Equal(Activation.Relu2.IsGated(), Relu2Function.IsGated);
        Assert.Equal(Activation.Identity.IsGated(), IdentityFunction.IsGated);
    }

    private static TAcc Apply<TAcc>(Activation activation, TAcc gate, TAcc up)
        where TAcc : unmanaged, System.Numerics.IFloatingPointIeee754<TAcc>
    {
        var swiglu = new SwigluValues<TAcc>(
            TAcc.CreateChecked(s_constants.Alpha), TAcc.CreateChecked(s_constants.Beta), TAcc.CreateChecked(s_constants.Limit));
        return activation switch
        {
            Activation.Swiglu => SwigluFunction.Apply(gate, up, swiglu),
            Activation.Silu => SiluFunction.Apply(gate, up, swiglu),
            Activation.Gelu => GeluFunction.Apply(gate, up, swiglu),
            Activation.Relu => ReluFunction.Apply(gate, up, swiglu),
            Activation.Geglu => GegluFunction.Apply(gate, up, swiglu),
            Activation.GegluTanh => GegluTanhFunction.Apply(gate, up, swiglu),
            Activation.SwigluOai => SwigluOaiFunction.Apply(gate, up, swiglu),
            Activation.SwigluStep => SwigluStepFunction.Apply(gate, up, swiglu),
            Activation.GeluTanh => GeluTanhFunction.Apply(gate, up, swiglu),
            Activation.Relu2 => Relu2Function.Apply(gate, up, swiglu),
            Activation.Identity => IdentityFunction.Apply(gate, up, swiglu),
            _ => throw new InvalidOperationException(),
        };
    }

    private static void AssertClose(double expected, double actual, double tolerance = 1e-15) =>
        Assert.InRange(Math.Abs((actual - expected) / expected), 0, tolerance);
}
