using System.Diagnostics;
using Xunit;

namespace MoeGen.Tests;

/// <summary>Error feedback: the factor of the second moments, what it gains, and what is refused.</summary>
public class FeedbackTests(ITestOutputHelper log)
{
    private static readonly MoeShape s_shape = new(2, 96, 128);
    private static readonly QuantizationOptions s_feedback = new() { Format = WeightFormat.Int4Group, GroupSize = 32, Search = ScaleSearch.ErrorFeedback };

    [Fact]
    public void The_factor_gives_the_square_of_any_error()
    {
        // More columns than a panel of the factorisation has.
        const int Columns = 160;
        float[][] triangle = ColumnMoments.Estimate(Correlated(300, Columns, seed: 3), Columns, 2);
        float[] error = WeightQuantizerTests.Normal(Columns, 4);
        double expected = 0;
        for (int i = 0; i < Columns; i++)
        {
            expected += error[i] * ((2 * Enumerable.Range(0, i).Sum(j => (double)error[j] * triangle[i][j])) + ((double)error[i] * triangle[i][i]));
        }

        FeedbackFactor factor = FeedbackFactor.Of(triangle, 2);
        double found = 0;
        for (int i = 0; i < Columns; i++)
        {
            float[] row = factor.Row(i).ToArray();
            found += factor.Weights.Span[i] * Math.Pow(error[i] + row.Select((value, j) => (double)value * error[j]).Sum(), 2);
        }

        Assert.Equal(1, found / expected, 1e-4);
    }

    [Fact]
    public void Moments_are_those_of_many_rows_and_of_chance_nothing_is_left()
    {
        // Two columns that go together among such that do not; one is three times as large.
        float[] values = WeightQuantizerTests.Normal(4000 * 8, 5);
        List<float[]> rows = [.. Enumerable.Range(0, 4000).Select(row => values[(row * 8)..((row + 1) * 8)])];
        rows.ForEach(row => (row[5], row[2]) = ((0.6f * row[2]) + (0.8f * row[5]), 3 * row[2]));
        float[][] triangle = ColumnMoments.Estimate(rows, 8, 1);
        Assert.Equal(0.6, triangle[5][2] / Math.Sqrt(triangle[5][5] * triangle[2][2]), 0.05);
        Assert.Equal(9, triangle[2][2] / triangle[0][0], 0.6);
        Assert.InRange(Math.Abs(triangle[4][3]), 0, 0.1);

        // Few rows of columns that have nothing in common.
        float[] chance = WeightQuantizerTests.Normal(40 * 64, 6);
        triangle = ColumnMoments.Estimate([.. Enumerable.Range(0, 40).Select(row => chance[(row * 64)..((row + 1) * 64)])], 64, 1);
        double left = Math.Sqrt(triangle.Sum(line => line[..^1].Sum(value => value * (double)value)) / (64 * 63 / 2));
        Assert.InRange(left, 0, 0.3 / Math.Sqrt(40));
        Assert.All(ColumnMoments.Estimate([chance[..64]], 64, 1), line => Assert.All(line[..^1], value => Assert.Equal(0, value)));
        Assert.Equal([0, 0, 1], ColumnMoments.Estimate([], 3, 1)[2]);
    }

    [Theory]
    [InlineData(WeightFormat.Int4Group, false)]
    [InlineData(WeightFormat.Int4Group, true)]
    [InlineData(WeightFormat.Mxfp4, false)]
    public void Columns_that_go_together_make_the_error_smaller_on_tokens_not_seen(WeightFormat format, bool zeroPoints)
    {
        MoeWeights<BFloat16> weights = new TestLayer<BFloat16>(s_shape, 0, 1, seed: 7).WithBiases(false, false).Weights(Fc1Layout.GateUp);
        var calibrator = new MoeCalibrator<BFloat16>(weights, Activation.Swiglu);
        Add(calibrator, 400, seed: 8);
        var unseen = new MoeCalibrator<BFloat16>(weights, Activation.Swiglu);
        Add(unseen, 150, seed: 9);
        QuantizationOptions feedback = s_feedback with { Format = format, ZeroPoints = zeroPoints };
        double searched = unseen.MeasureError(MoeQuantizer.Quantize(calibrator, feedback with { Search = ScaleSearch.MeanSquaredError }));
        double plain = unseen.MeasureError(MoeQuantizer.Quantize(calibrator, feedback with { Search = ScaleSearch.AbsMax }));
        double error = unseen.MeasureError(MoeQuantizer.Quantize(calibrator, feedback));
        log.WriteLine($"{format}, zero points {zeroPoints}: plain {plain:E3}, search {searched:E3}, feedback {error:E3}");
        Assert.True(error < 0.85 * searched && error < 0.85 * plain, $"{error}, {searched}, {plain}");
    }

    [Fact]
    public void Without_samples_it_is_no_worse_than_the_search_and_threads_do_not_change_a_bit()
    {
        float[] weights = WeightQuantizerTests.Normal(16 * 128, 10);
        double[] exact = Array.ConvertAll(weights, value => (double)value);
        QuantizationOptions search = s_feedback with { Search = ScaleSearch.MeanSquaredError };
        QuantizedMatrix alone = Quantize([], 1);
        double searched = MoeError.RelativeL2<float>(WeightQuantizer.Dequantize<float>(WeightQuantizer.Quantize<float>(weights, 16, 128, search)), exact);
        Assert.InRange(MoeError.RelativeL2<float>(WeightQuantizer.Dequantize<float>(alone), exact), 0.9 * searched, 1.0001 * searched);
        List<float[]> rows = Correlated(200, 128, 11);
        QuantizedMatrix one = Quantize(rows, 1);
        QuantizedMatrix many = Quantize(rows, 8);
        Assert.Equal(one.Codes.ToArray(), many.Codes.ToArray());
        Assert.Equal(one.Scales.ToArray(), many.Scales.ToArray());
        Assert.NotEqual(one.Codes.ToArray(), alone.Codes.ToArray());

        QuantizedMatrix Quantize(List<float[]> samples, int threads) =>
            new FeedbackQuantizer<float>(s_feedback, FeedbackFactor.Of(ColumnMoments.Estimate(samples, 128, threads), threads)).Quantize(weights, 16, 128, threads, "weights");
    }

    [Fact]
    public void A_thousand_columns_take_seconds()
    {
        var clock = Stopwatch.StartNew();
        FeedbackFactor factor = FeedbackFactor.Of(ColumnMoments.Estimate(Correlated(256, 1024, 12), 1024, -1), -1);
        TimeSpan factorised = clock.Elapsed;
        new FeedbackQuantizer<float>(s_feedback, factor).Quantize(WeightQuantizerTests.Normal(256 * 1024, 13), 256, 1024, -1, "weights");
        log.WriteLine($"Factor of 1024 columns in {factorised.TotalSeconds:F2} s, 256 rows in {(clock.Elapsed - factorised).TotalSeconds:F2} s");
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void What_it_cannot_be_used_with_is_named()
    {
        MoeWeights<BFloat16> weights = new TestLayer<BFloat16>(s_shape, 0, 1, seed: 7).WithBiases(false, false).Weights(Fc1Layout.GateUp);
        var calibrator = new MoeCalibrator<BFloat16>(weights, Activation.Swiglu);
        AssertSays("the search ErrorFeedback, which needs samples", () => WeightQuantizer.Quantize<float>(new float[256], 8, 32, s_feedback));
        AssertSays("the search ErrorFeedback, which needs samples", () => MoeQuantizer.Quantize(weights, s_feedback));
        AssertSays("the format Int8PerChannel and the search ErrorFeedback", () => MoeQuantizer.Quantize(calibrator, s_feedback with { Format = WeightFormat.Int8PerChannel }));
        AssertSays("hiddenSize is 96, and the group size 64", () => MoeQuantizer.Quantize(calibrator, s_feedback with { GroupSize = 64 }));

        static void AssertSays(string part, Action call) => Assert.Contains(part, Assert.ThrowsAny<ArgumentException>(call).Message, StringComparison.Ordinal);
    }

    // Rows of a third as many dimensions as columns, and a little of each column's own.
    private static List<float[]> Correlated(int count, int columns, int seed)
    {
        int dimensions = columns / 3;
        float[] mixing = WeightQuantizerTests.Normal(dimensions * columns, 1);
        float[] hidden = WeightQuantizerTests.Normal(count * dimensions, seed);
        float[] own = WeightQuantizerTests.Normal(count * columns, seed + 100);
        return [.. Enumerable.Range(0, count).Select(row => Enumerable.Range(0, columns).Select(column =>
            (0.3f * own[(row * columns) + column]) + (Enumerable.Range(0, dimensions).Sum(k => hidden[(row * dimensions) + k] * mixing[(k * columns) + column]) / MathF.Sqrt(dimensions))).ToArray())];
    }

    private static void Add(MoeCalibrator<BFloat16> calibrator, int tokens, int seed)
    {
        BFloat16[] input = [.. Correlated(tokens, s_shape.HiddenSize, seed).SelectMany(row => row).Select(value => (BFloat16)value)];
        calibrator.Add(input, [.. Enumerable.Range(0, tokens).Select(token => token % s_shape.NumExperts)], [], 1);
    }
}
