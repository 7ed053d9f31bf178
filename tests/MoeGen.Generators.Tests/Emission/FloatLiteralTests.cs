using System.Globalization;
using MoeGen.Generators.Emit;

namespace MoeGen.Generators.Tests.Emission;

/// <summary>Floats in generated text: short, exact, and the same in every culture.</summary>
public sealed class FloatLiteralTests
{
    [Theory]
    [InlineData(1.702f, "1.702f")]
    [InlineData(1f, "1.0f")]
    [InlineData(7f, "7.0f")]
    [InlineData(0f, "0.0f")]
    [InlineData(-0.5f, "-0.5f")]
    [InlineData(0.1f, "0.1f")]
    [InlineData(16777217f, "16777216.0f")]
    [InlineData(1e10f, "1E+10f")]
    [InlineData(float.MaxValue, "3.4028235E+38f")]
    [InlineData(float.Epsilon, "1.4013E-45f")]
    public void Is_short_and_exact(float value, string expected) => Assert.Equal(expected, FloatLiteral.Of(value));

    [Fact]
    public void Every_bit_pattern_of_a_sample_reads_back()
    {
        for (uint bits = 1; bits < 0x7f800000; bits += 999_983)
        {
            float value = BitConverter.UInt32BitsToSingle(bits);
            string literal = FloatLiteral.Of(value);
            Assert.Equal(value, float.Parse(literal.TrimEnd('f'), CultureInfo.InvariantCulture));
            Assert.True(literal.AsSpan().IndexOfAny('.', 'E') > 0, literal);
        }
    }

    [Fact]
    public void The_culture_of_the_compiler_does_not_matter()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo commas = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        commas.NumberFormat.NumberDecimalSeparator = ",";
        try
        {
            CultureInfo.CurrentCulture = commas;
            Assert.Equal("1.702f", FloatLiteral.Of(1.702f));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
