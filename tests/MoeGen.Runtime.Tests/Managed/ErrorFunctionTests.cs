using Xunit;

namespace MoeGen.Tests;

public class ErrorFunctionTests
{
    /// <summary>erf and erfc to 17 digits, from the Maclaurin series in 1200-digit arithmetic.</summary>
    [Theory]
    [InlineData(1e-300, 1.1283791670955126e-300, 1.0)]
    [InlineData(1e-08, 1.1283791670955126e-08, 0.9999999887162083)]
    [InlineData(0.1, 0.1124629160182849, 0.887537083981715)]
    [InlineData(0.25, 0.27632639016823696, 0.7236736098317631)]
    [InlineData(0.4999999, 0.5204997899347843, 0.47950021006521576)]
    [InlineData(0.5, 0.5204998778130465, 0.4795001221869535)]
    [InlineData(0.75, 0.7111556336535151, 0.28884436634648486)]
    [InlineData(1.0, 0.8427007929497149, 0.15729920705028513)]
    [InlineData(1.5, 0.9661051464753108, 0.033894853524689274)]
    [InlineData(2.0, 0.9953222650189527, 0.004677734981047266)]
    [InlineData(2.5, 0.999593047982555, 0.0004069520174449589)]
    [InlineData(3.0, 0.9999779095030014, 2.209049699858544e-05)]
    [InlineData(4.5, 0.9999999998033839, 1.9661604415428876e-10)]
    [InlineData(5.75, 0.9999999999999996, 4.232136617425738e-16)]
    [InlineData(6.25, 1.0, 9.672204131876253e-19)]
    [InlineData(6.3, 1.0, 5.124221687395715e-19)]
    [InlineData(8.0, 1.0, 1.1224297172982926e-29)]
    [InlineData(12.5, 1.0, 6.231942781979911e-70)]
    [InlineData(20.0, 1.0, 5.395865611607901e-176)]
    [InlineData(26.0, 1.0, 5.663192408856143e-296)]
    public void Agrees_with_known_values(double x, double erf, double erfc)
    {
        AssertClose(erf, ErrorFunction.Erf(x));
        AssertClose(-erf, ErrorFunction.Erf(-x));
        AssertClose(erfc, ErrorFunction.Erfc(x));
        AssertClose(1 + erf, ErrorFunction.Erfc(-x));
    }

    [Fact]
    public void Is_smooth_where_the_forms_meet()
    {
        foreach (double x in new[] { 0.5, 2 * Math.PI })
        {
            // Over two units in the last place, erfc itself falls by 2.2e-14 at 2 pi.
            Assert.InRange(ErrorFunction.Erfc(Math.BitIncrement(x)) / ErrorFunction.Erfc(Math.BitDecrement(x)), 1 - 2.5e-14, 1);
            Assert.InRange(ErrorFunction.Erf(Math.BitIncrement(x)) / ErrorFunction.Erf(Math.BitDecrement(x)), 1 - 1e-15, 1 + 1e-15);
        }

        Assert.Equal(0, ErrorFunction.Erfc(28.5));
        Assert.InRange(ErrorFunction.Erfc(27), double.Epsilon, 1e-315);
    }

    [Fact]
    public void Special_values()
    {
        Assert.Equal(1, ErrorFunction.Erf(double.PositiveInfinity));
        Assert.Equal(-1, ErrorFunction.Erf(double.NegativeInfinity));
        Assert.Equal(0, ErrorFunction.Erfc(double.PositiveInfinity));
        Assert.Equal(2, ErrorFunction.Erfc(double.NegativeInfinity));
        Assert.Equal(0, ErrorFunction.Erf(0));
        Assert.True(double.IsNaN(ErrorFunction.Erf(double.NaN)));
        Assert.True(double.IsNaN(ErrorFunction.Erfc(double.NaN)));
    }

    private static void AssertClose(double expected, double actual) => Assert.InRange(Math.Abs((actual - expected) / expected), 0, 1e-15);
}
