using Xunit;

namespace MoeGen.Tests;

public class ActivationQuantizerTests
{
    [Fact]
    public void Largest_magnitude_becomes_127_and_ties_go_to_even()
    {
        // 254 / 127: a scale of exactly 2.
        (float scale, sbyte[] codes) = Quantize([-254, 1, 3, 5, -1, -3, 0, 252.9f, 0.99f, 254]);
        Assert.Equal(2, scale);
        Assert.Equal([-127, 0, 2, 2, 0, -2, 0, 126, 0, 127], codes);
    }

    [Fact]
    public void Factors_are_multiplied_in_first()
    {
        (float scale, sbyte[] codes) = Quantize([127, 1, -4, 0], [0.5f, 254, 2, 1000]);
        Assert.Equal(2, scale);
        Assert.Equal([32, 127, -4, 0], codes);
    }

    [Fact]
    public void A_static_scale_saturates_and_holds_for_a_row_of_zeros()
    {
        (float scale, sbyte[] codes) = Quantize([1000, -1000, float.MaxValue, 3, -0.25f, 0.75f], [], 0.5f);
        Assert.Equal(0.5f, scale);
        Assert.Equal([127, -127, 127, 6, 0, 2], codes);
        (scale, codes) = Quantize([0, -0f, 1e-40f], [], 0.5f);
        Assert.Equal(0.5f, scale);
        Assert.Equal([0, 0, 0], codes);

        // The smallest allowed one has a finite inverse.
        (_, codes) = Quantize([float.MaxValue, 0, -1], [], 1.17549435e-38f);
        Assert.Equal([127, 0, -127], codes);
    }

    [Theory]
    [InlineData(float.NaN, 0)]
    [InlineData(float.NaN, 1)]
    [InlineData(float.PositiveInfinity, 0)]
    [InlineData(float.NegativeInfinity, 1)]
    public void A_value_that_is_no_number_makes_the_scale_NaN_wherever_it_stands(float value, float staticScale)
    {
        for (int at = 0; at < 21; at++)
        {
            var row = new float[21];
            Array.Fill(row, 1);
            row[at] = value;
            (float scale, sbyte[] codes) = Quantize(row, [], staticScale);
            Assert.True(float.IsNaN(scale));
            Assert.All(codes, code => Assert.Equal(0, code));
        }

        // A product beyond the largest float counts as well.
        Assert.True(float.IsNaN(Quantize([float.MaxValue, 1], [2, 1], staticScale).Scale));
    }

    [Fact]
    public void A_row_below_two_to_minus_100_is_zero_and_one_at_it_is_not()
    {
        Assert.Equal(ActivationQuantizer.SmallestMagnitude, (float)Math.ScaleB(1, -100));
        (float scale, sbyte[] codes) = Quantize([MathF.BitDecrement(ActivationQuantizer.SmallestMagnitude), 0]);
        Assert.Equal((0f, 0), (scale, codes[0]));
        (scale, codes) = Quantize([-ActivationQuantizer.SmallestMagnitude, 0]);
        Assert.Equal((ActivationQuantizer.SmallestMagnitude / 127, -127), (scale, codes[0]));
        Assert.Equal(0, Quantize([0, 0, -0f]).Scale);
    }

    [Fact]
    public void Any_length_agrees_with_the_formula_element_by_element()
    {
        var random = new Random(5);
        for (int length = 1; length < 70; length++)
        {
            float[] row = [.. Enumerable.Range(0, length).Select(_ => (float)(random.NextDouble() - 0.5))];
            float[] factors = [.. row.Select(_ => (float)random.NextDouble() + 0.1f)];
            float most = row.Zip(factors).Max(pair => MathF.Abs(pair.First * pair.Second));
            (float scale, sbyte[] codes) = Quantize(row, factors);
            Assert.Equal(most / 127f, scale);
            Assert.Equal(row.Zip(factors).Select(pair => (sbyte)MathF.Round(pair.First * pair.Second * (127f / most))), codes);
        }
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        AssertSays("codes has 3 elements; required are 2", () => ActivationQuantizer.Quantize([1, 2], [], 0, new sbyte[3]));
        AssertSays("factors has 1 elements; required are 2", () => ActivationQuantizer.Quantize([1, 2], [1], 0, new sbyte[2]));
        foreach (float scale in new[] { -1, float.NaN, float.PositiveInfinity, 1e-40f })
        {
            AssertSays($"staticScale is {scale}; allowed are 0 and positive normal numbers", () => ActivationQuantizer.Quantize([1], [], scale, new sbyte[1]));
        }

        static void AssertSays(string part, Action call) => Assert.Contains(part, Assert.Throws<ArgumentException>(call).Message, StringComparison.Ordinal);
    }

    private static (float Scale, sbyte[] Codes) Quantize(float[] row, float[]? factors = null, float staticScale = 0)
    {
        var codes = new sbyte[row.Length];
        Array.Fill(codes, (sbyte)99);
        return (ActivationQuantizer.Quantize(row, factors, staticScale, codes), codes);
    }
}
