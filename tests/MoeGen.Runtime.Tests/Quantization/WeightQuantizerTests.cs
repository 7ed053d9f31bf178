using System.Diagnostics;
using Xunit;

namespace MoeGen.Tests;

public class WeightQuantizerTests(ITestOutputHelper log)
{
    private static readonly QuantizationOptions s_int8 = new();
    private static readonly QuantizationOptions s_int4 = new() { Format = WeightFormat.Int4Group, GroupSize = 32 };

    [Fact]
    public void Int8_rows_by_hand()
    {
        var weights = new float[64];
        (weights[0], weights[1], weights[2], weights[3]) = (254, -1, -3, 5);
        (weights[8], weights[15]) = (-127, 126.6f);
        QuantizedMatrix matrix = WeightQuantizer.Quantize<float>(weights, 8, 8, s_int8);
        Assert.Equal([2, 1, 0, 0, 0, 0, 0, 0], matrix.Scales.ToArray());
        Assert.Equal([127, 0, -2, 2, 0, 0, 0, 0, -127, 0, 0, 0, 0, 0, 0, 127], matrix.Int8Codes[..16].ToArray());
        Assert.All(matrix.Int8Codes[16..].ToArray(), code => Assert.Equal(0, code));
        Assert.Equal([254, 0, -4, 4], WeightQuantizer.Dequantize<float>(matrix)[..4]);
    }

    [Fact]
    public void Int4_groups_by_hand()
    {
        var weights = new float[8 * 64];
        (weights[0], weights[1], weights[2]) = (14, -16, 3);
        (weights[32], weights[33]) = (-4, 0.75f);
        QuantizedMatrix matrix = WeightQuantizer.Quantize<float>(weights, 8, 64, s_int4);
        Assert.Equal([2, 0.5f, 0, 0], matrix.Scales.Span[..4].ToArray());
        Assert.True(matrix.ZeroPoints.IsEmpty);

        // Codes 15, 0, 10 (3 / 2 rounds to the even 2), then 8 for 0; of the other group 0, then 8 + 2.
        Assert.Equal([0x0f, 0x8a, 0x88], matrix.Codes.Span[..3].ToArray());
        Assert.Equal([0xa0, 0x88], matrix.Codes.Span[16..18].ToArray());
        Assert.Equal(0x88, matrix.Codes.Span[40]);

        // A range that holds zero: 0 to 30, and a group of zeros whose codes are its zero point.
        weights.AsSpan().Clear();
        (weights[0], weights[1], weights[2], weights[3]) = (30, 2, 15.2f, -0f);
        (weights[32], weights[33]) = (-7.5f, -1);
        matrix = WeightQuantizer.Quantize<float>(weights, 8, 64, s_int4 with { ZeroPoints = true });
        Assert.Equal([2, 0.5f, 0], matrix.Scales.Span[..3].ToArray());
        Assert.Equal([0, 15, 8], matrix.ZeroPoints.Span[..3].ToArray());
        Assert.Equal([0x1f, 0x08], matrix.Codes.Span[..2].ToArray());
        Assert.Equal([0xd0, 0xff], matrix.Codes.Span[16..18].ToArray());
        Assert.Equal(0x88, matrix.Codes.Span[32]);
    }

    [Fact]
    public void A_search_gives_the_largest_magnitude_the_eighth_step_whichever_its_sign()
    {
        var weights = new float[8 * 32];
        for (int i = 0; i < 16; i++)
        {
            (weights[i], weights[32 + i]) = ((i - 7) * 0.5f, (i - 8) * 0.5f);
        }

        QuantizedMatrix matrix = WeightQuantizer.Quantize<float>(weights, 8, 32, s_int4 with { Search = ScaleSearch.MeanSquaredError });
        Assert.Equal([-0.5f, 0.5f, 0], matrix.Scales.Span[..3].ToArray());
        Assert.Equal([0xef, 0xcd], matrix.Codes.Span[..2].ToArray());
        Assert.Equal(weights, WeightQuantizer.Dequantize<float>(matrix));
        Assert.Equal(new ScaleHistogram(6, -1, [2]).Counts, ScaleHistogram.Of(matrix).Counts);
        Assert.Equal(4 / 7f, WeightQuantizer.Quantize<float>(weights, 8, 32, s_int4).Scales.Span[0]);
    }

    [Fact]
    public void Only_int4_scales_may_be_negative()
    {
        float[] scales = [.. Enumerable.Repeat(-0.5f, 8)];
        Assert.All(WeightQuantizer.Dequantize<BFloat16>(QuantizedMatrix.Int4(8, 32, 32, new byte[128], scales)), value => Assert.Equal(4, value));
        AssertSays("scales[0] is -0.5; allowed are finite numbers from 0 on", () => QuantizedMatrix.Int8(8, 32, new byte[256], scales));
        AssertSays("scales[0] is -0.5; allowed are 0 and normal powers of two", () => QuantizedMatrix.Mxfp4(8, 32, new byte[128], scales));
        scales[3] = float.NegativeInfinity;
        AssertSays("scales[3] is -Infinity; allowed are finite numbers", () => QuantizedMatrix.Int4(8, 32, 32, new byte[128], scales));

        static void AssertSays(string part, Action call) => Assert.Contains(part, Assert.Throws<ArgumentException>(call).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_int4_scale_is_rounded_to_the_layers_type_before_codes_are_chosen()
    {
        var weights = new float[8 * 32];
        Array.Fill(weights, 7.1f);
        float single = WeightQuantizer.Quantize<float>(weights, 8, 32, s_int4).Scales.Span[0];
        Assert.Equal(7.1f / 7, single);
        BFloat16[] narrow = Array.ConvertAll(weights, value => (BFloat16)value);
        float scale = WeightQuantizer.Quantize<BFloat16>(narrow, 8, 32, s_int4).Scales.Span[0];
        Assert.Equal((float)(BFloat16)((float)narrow[0] / 7), scale);
        Assert.NotEqual(single, scale);
    }

    [Fact]
    public void Mxfp4_takes_the_nearest_number_and_every_one_of_them_exactly()
    {
        float[] numbers = [0, 0.5f, 1, 1.5f, 2, 3, 4, 6];
        float[] row = [.. numbers, .. numbers.Select(number => -number), 0.24f, 0.26f, 0.25f, 0.75f, 1.25f, 1.75f, 2.5f, 3.5f, 5, 5.1f, -5, -4.9f, 2.4f, 2.6f, 1.8f, 1.7f];
        float[] weights = [.. Enumerable.Repeat(row, 8).SelectMany(values => values.Select(value => value / 64))];
        QuantizedMatrix matrix = WeightQuantizer.Quantize<float>(weights, 8, 32, new QuantizationOptions { Format = WeightFormat.Mxfp4 });
        Assert.All(matrix.Scales.ToArray(), scale => Assert.Equal(1 / 64f, scale));
        Assert.Equal([0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe], matrix.Codes.Span[..8].ToArray());
        float[] nearest = [0, 0.5f, 0, 1, 1, 2, 2, 4, 4, 6, -4, -4, 2, 3, 2, 1.5f];
        Assert.Equal(nearest.Select(value => value / 64), WeightQuantizer.Dequantize<float>(matrix).Skip(16).Take(16));
    }

    [Theory]
    [InlineData(WeightFormat.Int8PerChannel, false)]
    [InlineData(WeightFormat.Int4Group, false)]
    [InlineData(WeightFormat.Int4Group, true)]
    [InlineData(WeightFormat.Mxfp4, false)]
    public void Each_weight_is_within_half_a_step_and_a_search_never_has_a_larger_error(WeightFormat format, bool zeroPoints)
    {
        float[] weights = Normal(16 * 192, 3);
        var plain = new QuantizationOptions { Format = format, GroupSize = 64, ZeroPoints = zeroPoints };
        QuantizedMatrix matrix = WeightQuantizer.Quantize<float>(weights, 16, 192, plain);
        float[] back = WeightQuantizer.Dequantize<float>(matrix);
        for (int i = 0; i < weights.Length && format != WeightFormat.Mxfp4; i++)
        {
            // With a zero point, rounding that moves the range by up to half a step.
            float scale = matrix.Scales.Span[i / matrix.GroupSize];
            Assert.InRange(Math.Abs(back[i] - weights[i]), 0, (zeroPoints ? 1.001f : 0.501f) * scale);
        }

        QuantizationOptions searching = plain with { Search = ScaleSearch.MeanSquaredError };
        Assert.True(Error(weights, searching) < Error(weights, plain));
        Assert.True(Error(weights, plain with { Search = ScaleSearch.Percentile, Percentile = 60 }) > Error(weights, plain));
        Assert.Equal(Error(weights, plain), Error(weights, plain with { Search = ScaleSearch.Percentile, Percentile = 100 }));

        // Errors where the importance is: a quarter of the columns counts a hundred times as much.
        float[] importance = [.. Enumerable.Range(0, 192).Select(column => column % 4 == 0 ? 100f : 1)];
        float[] weighted = WeightQuantizer.Dequantize<float>(WeightQuantizer.Quantize<float>(weights, 16, 192, searching, importance));
        float[] unweighted = WeightQuantizer.Dequantize<float>(WeightQuantizer.Quantize<float>(weights, 16, 192, searching));
        double Sum(float[] values) => values.Select((value, i) => importance[i % 192] * Math.Pow(value - weights[i], 2)).Sum();
        Assert.True(Sum(weighted) < Sum(unweighted));
    }

    [Fact]
    public void Percentile_cuts_what_is_beyond_it()
    {
        // Magnitudes 1 to 8: the sixth of eight is the 75th percentile.
        float[] weights = [.. Enumerable.Repeat(new float[] { 1, -2, 3, -4, 5, -6, 7, -8 }, 8).SelectMany(row => row)];
        QuantizedMatrix matrix = WeightQuantizer.Quantize<float>(weights, 8, 8, s_int8 with { Search = ScaleSearch.Percentile, Percentile = 75 });
        Assert.All(matrix.Scales.ToArray(), scale => Assert.Equal(6f / 127, scale));
        Assert.Equal([127, 127, -127], [matrix.Int8Codes[4] + 21, matrix.Int8Codes[6], matrix.Int8Codes[7]]);
    }

    [Fact]
    public void Threads_do_not_change_a_bit()
    {
        float[] weights = Normal(64 * 256, 4);
        foreach (QuantizationOptions options in new[] { s_int8, s_int4 with { ZeroPoints = true, Search = ScaleSearch.MeanSquaredError } })
        {
            QuantizedMatrix one = WeightQuantizer.Quantize<float>(weights, 64, 256, options, maxDegreeOfParallelism: 1);
            QuantizedMatrix many = WeightQuantizer.Quantize<float>(weights, 64, 256, options, maxDegreeOfParallelism: 8);
            Assert.Equal(one.Codes.ToArray(), many.Codes.ToArray());
            Assert.Equal(one.Scales.ToArray(), many.Scales.ToArray());
        }
    }

    [Fact]
    public void Tiny_and_huge_weights_stay_finite()
    {
        foreach (float magnitude in new[] { float.Epsilon, 1e-39f, 1e-37f, 1e38f })
        {
            float[] weights = Array.ConvertAll(Normal(8 * 32, 5), value => Math.Clamp(value, -1, 1) * magnitude);
            foreach (QuantizationOptions options in new[] { s_int8, s_int4, s_int4 with { ZeroPoints = true }, new QuantizationOptions { Format = WeightFormat.Mxfp4 } })
            {
                foreach (ScaleSearch search in new[] { ScaleSearch.AbsMax, ScaleSearch.Percentile, ScaleSearch.MeanSquaredError })
                {
                    QuantizedMatrix matrix = WeightQuantizer.Quantize<float>(weights, 8, 32, options with { Search = search });
                    Assert.All(WeightQuantizer.Dequantize<float>(matrix), value => Assert.True(float.IsFinite(value)));
                    Assert.True(magnitude < 1e-36f || matrix.Scales.Span.IndexOfAnyExcept(0f) >= 0);
                }
            }
        }
    }

    [Fact]
    public void A_real_matrix_takes_seconds()
    {
        float[] row = Normal(4096, 6);
        BFloat16[] weights = [.. Enumerable.Range(0, 1792).SelectMany(_ => row.Select(value => (BFloat16)value))];
        foreach (QuantizationOptions options in new[] { s_int8, s_int4 with { GroupSize = 128 }, s_int4 with { GroupSize = 128, Search = ScaleSearch.MeanSquaredError } })
        {
            var clock = Stopwatch.StartNew();
            WeightQuantizer.Quantize<BFloat16>(weights, 1792, 4096, options);
            log.WriteLine($"{options.Format} {options.Search}: an eighth of 14336 x 4096 in {clock.Elapsed.TotalSeconds:F2} s");
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30));
        }
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        AssertSays("weights holds NaN at row 3, column 5", () => WeightQuantizer.Quantize<float>(With(float.NaN), 8, 32, s_int4));
        AssertSays("weights holds -Infinity at row 3, column 5", () => WeightQuantizer.Quantize<float>(With(float.NegativeInfinity), 8, 32, s_int8));
        AssertSays("columns is 40; required is a multiple of the group size 32", () => WeightQuantizer.Quantize<float>(new float[320], 8, 40, s_int4));
        AssertSays("rows is 7", () => WeightQuantizer.Quantize<float>(new float[56], 7, 8, s_int8));
        AssertSays("weights has 63 elements; required are 64", () => WeightQuantizer.Quantize<float>(new float[63], 8, 8, s_int8));
        AssertSays("columnWeights has 7 elements; required are 8", () => WeightQuantizer.Quantize<float>(new float[64], 8, 8, s_int8, new float[7]));
        AssertSays("columnWeights[1] is -1", () => WeightQuantizer.Quantize<float>(new float[64], 8, 8, s_int8, [0, -1, 0, 0, 0, 0, 0, 0]));
        AssertSays("Format is SameAsDtype; allowed are", () => new QuantizationOptions { Format = WeightFormat.SameAsDtype });
        AssertSays("GroupSize is 16; allowed are", () => new QuantizationOptions { GroupSize = 16 });
        AssertSays("Search is 9; allowed are", () => new QuantizationOptions { Search = (ScaleSearch)9 });
        AssertSays("Percentile is 0; allowed are", () => new QuantizationOptions { Percentile = 0 });

        static float[] With(float value)
        {
            var weights = new float[256];
            weights[(3 * 32) + 5] = value;
            return weights;
        }

        static void AssertSays(string part, Action call) => Assert.Contains(part, Assert.ThrowsAny<ArgumentException>(call).Message, StringComparison.Ordinal);
    }

    internal static float[] Normal(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
            (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
    }

    private static double Error(float[] weights, QuantizationOptions options) => MoeError.RelativeL2<float>(
        WeightQuantizer.Dequantize<float>(WeightQuantizer.Quantize<float>(weights, 16, 192, options)), Array.ConvertAll(weights, value => (double)value));
}
