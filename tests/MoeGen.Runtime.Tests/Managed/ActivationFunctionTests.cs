using Xunit;

namespace MoeGen.Tests;

public class ActivationFunctionTests
{
    [Theory]
    [InlineData(0.0)]
    [InlineData(1.25)]
    [InlineData(-3.5)]
    [InlineData(-30.0)]
    [InlineData(80.0)]
    public void Float_agrees_with_double(double x)
    {
        Compare<SwigluFunction>(x, -1.75);
        Compare<SiluFunction>(x, double.NaN);
        Compare<GeluFunction>(x, double.NaN);
        Compare<ReluFunction>(x, double.NaN);
    }

    [Fact]
    public void Double_agrees_with_known_values()
    {
        // 1 / (1 + e^-1), e^-2 / (1 + e^-2) * -2 * 3, Phi(1), and Phi(-5) * -5 with its small digits.
        AssertClose(0.7310585786300049, SiluFunction.Apply(1.0, 0, default));
        AssertClose(-0.7152175321327053, SwigluFunction.Apply(-2.0, 3.0, default));
        AssertClose(0.8413447460685429, GeluFunction.Apply(1.0, 0, default));
        AssertClose(-1.4332578593959695e-06, GeluFunction.Apply(-5.0, 0, default), 1e-12);
        Assert.Equal(0, ReluFunction.Apply(-2.0, 0, default));
        Assert.Equal(2, ReluFunction.Apply(2.0, 0, default));
    }

    [Fact]
    public void NaN_stays_NaN_and_large_numbers_do_not_overflow()
    {
        Assert.True(float.IsNaN(SwigluFunction.Apply(float.NaN, 1f, default)));
        Assert.True(float.IsNaN(SiluFunction.Apply(float.NaN, 1f, default)));
        Assert.True(float.IsNaN(GeluFunction.Apply(float.NaN, 1f, default)));
        Assert.True(float.IsNaN(ReluFunction.Apply(float.NaN, 1f, default)));
        Assert.Equal(0, SiluFunction.Apply(-1e30f, 0f, default));
        Assert.Equal(1e30f, SiluFunction.Apply(1e30f, 0f, default));
        Assert.Equal(0, GeluFunction.Apply(-1e30f, 0f, default));
        Assert.Equal(1e30f, GeluFunction.Apply(1e30f, 0f, default));
    }

    [Fact]
    public void Gating_agrees_with_the_enum()
    {
        Assert.Equal(Activation.Swiglu.IsGated(), SwigluFunction.IsGated);
        Assert.Equal(Activation.Silu.IsGated(), SiluFunction.IsGated);
        Assert.Equal(Activation.Gelu.IsGated(), GeluFunction.IsGated);
        Assert.Equal(Activation.Relu.IsGated(), ReluFunction.IsGated);
    }

    private static void Compare<TActivation>(double x, double up)
        where TActivation : IManagedActivation
    {
        double expected = TActivation.Apply(x, up, default);
        double actual = TActivation.Apply((float)x, (float)up, default);
        Assert.InRange(Math.Abs(actual - expected), 0, (1e-6 * Math.Abs(expected)) + 1e-37);
    }

    private static void AssertClose(double expected, double actual, double tolerance = 1e-15) =>
        Assert.InRange(Math.Abs((actual - expected) / expected), 0, tolerance);
}
