using Xunit;

namespace MoeGen.Tests;

/// <summary>Calibration, smoothing, static scales and reports on a layer whose activations have outliers.</summary>
public class CalibrationTests(ITestOutputHelper log)
{
    private static readonly MoeShape s_shape = new(3, 64, 96);
    private static readonly QuantizationOptions s_int4 = new() { Format = WeightFormat.Int4Group, GroupSize = 32 };

    [Fact]
    public void Statistics_are_those_of_tokens_and_activated_rows()
    {
        // fc1 twice the identity, plain: activated rows are 2 max(x, 0).
        var fc1 = new float[64];
        for (int i = 0; i < 8; i++)
        {
            fc1[i * 9] = 2;
        }

        var weights = new MoeWeights<float>(new MoeShape(2, 8, 8), Fc1Layout.Plain, (float[])[.. fc1, .. fc1], new float[128]);
        var calibrator = new MoeCalibrator<float>(weights, Activation.Relu);
        calibrator.Add([1, -2, 3, 0, 0, 0, 0, 0], [0, 1], [], 2);
        calibrator.Add([3, 2, 0, 0, 0, 0, 0, -5, 1, 0, 0, 0, 0, 0, 0, 0], [1, 7, 1, -1], [], 2);
        CalibrationStatistics statistics = calibrator.GetStatistics();
        Assert.Equal((3, 3), (calibrator.NumTokens, statistics.Input.Rows));
        Assert.Equal([3, 2, 3, 0, 0, 0, 0, 5], statistics.Input.AbsMax.ToArray());
        Assert.Equal([11 / 3f, 8 / 3f, 3, 0, 0, 0, 0, 25 / 3f], statistics.Input.MeanSquares.ToArray());
        Assert.Equal((1, 3), (statistics.Experts[0].Rows, statistics.Experts[1].Rows));
        Assert.Equal([2, 0, 6, 0, 0, 0, 0, 0], statistics.Experts[0].AbsMax.ToArray());
        Assert.Equal([44 / 3f, 16 / 3f, 12, 0, 0, 0, 0, 0], statistics.Experts[1].MeanSquares.ToArray());
    }

    [Theory]
    [InlineData(WeightFormat.Int4Group, false, 0.75)]
    [InlineData(WeightFormat.Int4Group, true, 0.75)]
    [InlineData(WeightFormat.Mxfp4, false, 1)]
    public void A_calibrated_search_is_better_on_tokens_it_has_not_seen(WeightFormat format, bool zeroPoints, double part)
    {
        MoeWeights<BFloat16> weights = Weights(biases: false);
        var calibrator = new MoeCalibrator<BFloat16>(weights, Activation.Swiglu);
        Add(calibrator, 200, seed: 5);
        var unseen = new MoeCalibrator<BFloat16>(weights, Activation.Swiglu);
        Add(unseen, 100, seed: 6);
        QuantizationOptions plain = s_int4 with { ZeroPoints = zeroPoints, Format = format };
        QuantizationOptions search = plain with { Search = ScaleSearch.MeanSquaredError };
        double rounded = unseen.MeasureError(MoeQuantizer.Quantize(weights, plain));
        double searched = unseen.MeasureError(MoeQuantizer.Quantize(weights, search));
        double calibrated = unseen.MeasureError(MoeQuantizer.Quantize(weights, search, calibrator.GetStatistics()));
        log.WriteLine($"{plain.Format}, zero points {zeroPoints}: plain {rounded:E3}, search {searched:E3}, calibrated {calibrated:E3}");
        Assert.True(calibrated < part * rounded && calibrated < searched, $"{calibrated}, {searched}, {rounded}");
    }

    [Theory]
    [InlineData(Activation.Swiglu, true)]
    [InlineData(Activation.Geglu, true)]
    [InlineData(Activation.SwigluOai, false)]
    public void Smoothing_takes_outliers_away_and_is_the_same_layer(Activation activation, bool isLinearInUp)
    {
        MoeWeights<BFloat16> weights = Weights(biases: true);
        var calibrator = new MoeCalibrator<BFloat16>(weights, activation);
        Add(calibrator, 150, seed: 5);
        SmoothedWeights<BFloat16> smoothed = MoeSmoother.Smooth(calibrator, new QuantizationOptions());
        log.WriteLine($"{activation}: plain {smoothed.PlainError:E3}, smoothed {smoothed.Error:E3}, alpha {smoothed.InputAlpha}, {smoothed.ActivatedAlpha}");
        Assert.True(smoothed.Error < 0.7 * smoothed.PlainError);
        Assert.NotNull(smoothed.InputAlpha);
        Assert.Equal(64, smoothed.Weights.InputFactors.Length);
        Assert.True(isLinearInUp || smoothed.ActivatedAlpha is null);
        Assert.Equal(calibrator.MeasureError(smoothed.Weights, true), smoothed.Error);

        // Tokens that were not seen gain as well.
        var unseen = new MoeCalibrator<BFloat16>(weights, activation);
        Add(unseen, 100, seed: 8);
        Assert.True(unseen.MeasureError(smoothed.Weights, true) < 0.75 * unseen.MeasureError(MoeQuantizer.Quantize(weights, new QuantizationOptions()), true));
    }

    [Theory]
    [InlineData(Fc1Layout.GateUp)]
    [InlineData(Fc1Layout.UpGate)]
    [InlineData(Fc1Layout.Interleaved)]
    public void Factors_and_what_undoes_them_leave_the_layer_as_it_was(Fc1Layout layout)
    {
        MoeWeights<float> weights = new TestLayer<float>(s_shape, 0, 1, seed: 9).WithBiases(true, true).Weights(layout);
        var random = new Random(3);
        float[] input = [.. Enumerable.Range(0, 64).Select(_ => MathF.Pow(2, random.Next(-3, 4)))];
        float[][] activated = [.. Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, 96).Select(_ => MathF.Pow(2, random.Next(-3, 4))).ToArray())];
        var factors = new SmoothingFactors(input, activated);
        var smoothing = new WeightSmoothing<float>(weights, factors);
        var moved = new MoeWeights<float>(s_shape, layout, [.. Enumerable.Range(0, 3).Select(e => (ReadOnlyMemory<float>)smoothing.Fc1(e))], [.. Enumerable.Range(0, 3).Select(e => (ReadOnlyMemory<float>)smoothing.Fc2(e))])
        {
            Fc1ExpertBiases = smoothing.Fc1Biases(),
            Fc2ExpertBiases = weights.Fc2ExpertBiases,
        };
        float[] tokens = WeightQuantizerTests.Normal(6 * 64, 4);
        float[] scaled = [.. tokens.Select((value, i) => value * input[i % 64])];
        int[] ids = [0, 1, 2, 0, 1, 2];
        Assert.Equal(
            ManagedMoe.ForwardDouble<float>(weights, Activation.Swiglu, tokens, ids, [], 1), ManagedMoe.ForwardDouble<float>(moved, Activation.Swiglu, scaled, ids, [], 1));
    }

    [Fact]
    public void Static_scales_are_percentiles_of_the_rows_own()
    {
        MoeWeights<BFloat16> weights = Weights(biases: false);
        var calibrator = new MoeCalibrator<BFloat16>(weights, Activation.Swiglu);
        Add(calibrator, 100, seed: 5, experts: 2);
        QuantizedMoeWeights<BFloat16> dynamic = MoeQuantizer.Quantize(weights, new QuantizationOptions());
        QuantizedMoeWeights<BFloat16> whole = StaticScales.Calibrate(calibrator, dynamic);
        Assert.Equal(calibrator.GetStatistics().Input.AbsMax.ToArray().Max() / 127, whole.InputScale);
        Assert.Equal(3, whole.ActivatedScales.Length);
        Assert.Equal(whole.ActivatedScales.Span[..2].ToArray().Max(), whole.ActivatedScales.Span[2]);
        QuantizedMoeWeights<BFloat16> cut = StaticScales.Calibrate(calibrator, dynamic, percentile: 50);
        Assert.True(cut.InputScale < whole.InputScale && cut.ActivatedScales.Span[0] < whole.ActivatedScales.Span[0]);
        double error = calibrator.MeasureError(whole, true);
        Assert.InRange(error, calibrator.MeasureError(dynamic, true), 0.3);

        var empty = new MoeCalibrator<BFloat16>(weights, Activation.Swiglu);
        Assert.Throws<InvalidOperationException>(() => StaticScales.Calibrate(empty, dynamic));
        Assert.Throws<InvalidOperationException>(() => MoeSmoother.Smooth(empty, new QuantizationOptions()));
        Assert.Throws<ArgumentOutOfRangeException>(() => StaticScales.Calibrate(calibrator, dynamic, 0));
    }

    [Fact]
    public void A_report_tells_experts_apart()
    {
        MoeWeights<BFloat16> weights = Weights(biases: true);
        var calibrator = new MoeCalibrator<BFloat16>(weights, Activation.Swiglu);
        Add(calibrator, 60, seed: 5, experts: 2);
        Add(calibrator, 30, seed: 6, experts: 2);
        QuantizedMoeWeights<BFloat16> quantized = MoeQuantizer.Quantize(weights, s_int4);

        // Expert 0 has the codes of another: only its errors grow.
        var broken = new QuantizedMoeWeights<BFloat16>(s_shape, Fc1Layout.GateUp, [quantized.Fc1ExpertWeights[2], .. quantized.Fc1ExpertWeights.Skip(1)], quantized.Fc2ExpertWeights)
        {
            Fc1ExpertBiases = quantized.Fc1ExpertBiases,
            Fc2ExpertBiases = quantized.Fc2ExpertBiases,
        };
        QuantizationReport right = QuantizationReport.Create(calibrator, quantized);
        QuantizationReport wrong = QuantizationReport.Create(calibrator, broken);
        Assert.Equal(calibrator.MeasureError(quantized), right.OutputError);
        Assert.Equal((90, 90, 0), (right.Experts.Sum(expert => expert.Rows), right.Tokens, right.Experts[2].Rows));
        Assert.Equal(0, right.Experts[2].OutputError);
        Assert.All(right.Experts.Take(2), expert => Assert.InRange(expert.OutputError, 0.02, 0.4));
        Assert.All(right.Experts, expert => Assert.InRange(expert.Fc1Error, 0.03, 0.2));
        Assert.True(wrong.Experts[0].OutputError > 0.8 && wrong.Experts[0].Fc1Error > 0.8);
        Assert.Equal(right.Experts[0].Fc2Error, wrong.Experts[0].Fc2Error);
        Assert.Equal(right.Experts[1].OutputError, wrong.Experts[1].OutputError);
        Assert.All(right.Experts, expert => Assert.Equal(192 * 2, expert.Fc1Scales.Zeros + expert.Fc1Scales.Counts.Sum()));
        Assert.Equal([2, 0, 1], ScaleHistogram.Of(QuantizedMatrix.Int8(8, 8, new byte[64], new float[] { 0.25f, 0.3f, 1.5f, 0, 0, 0, 0, 0 })).Counts);

        // Smoothed weights are compared with the smoothed ones.
        SmoothedWeights<BFloat16> smoothed = MoeSmoother.Smooth(calibrator, new QuantizationOptions());
        QuantizationReport report = QuantizationReport.Create(calibrator, smoothed.Weights, quantizeActivations: true, smoothed);
        Assert.Equal(smoothed.Error, report.OutputError);
        Assert.All(report.Experts, expert => Assert.InRange(Math.Max(expert.Fc1Error, expert.Fc2Error), 1e-3, 0.02));
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        MoeWeights<BFloat16> weights = Weights(biases: false);
        var calibrator = new MoeCalibrator<BFloat16>(weights, Activation.Swiglu);
        AssertSays("input has 63 elements", () => calibrator.Add(new BFloat16[63], [0], [], 1));
        var input = new BFloat16[128];
        input[66] = (BFloat16)float.NaN;
        AssertSays("input holds NaN in token 1, column 2", () => calibrator.Add(input, [0, 0], [], 1));
        Assert.Equal(0, calibrator.NumTokens);
        AssertSays("activation is Relu", () => new MoeCalibrator<BFloat16>(weights, Activation.Relu));
        AssertSays("hiddenSize is 64, and the group size 128", () => MoeQuantizer.Quantize(weights, s_int4 with { GroupSize = 128 }));
        AssertSays("smoothed with Int8PerChannel only", () => MoeSmoother.Smooth(calibrator, s_int4));
        var other = new MoeCalibrator<float>(new MoeWeights<float>(new MoeShape(1, 64, 96), Fc1Layout.GateUp, new float[192 * 64], new float[64 * 96]), Activation.Swiglu);
        AssertSays("calibration is of 1 experts", () => MoeQuantizer.Quantize(weights, s_int4, other.GetStatistics()));
        float[] fc2 = new float[64 * 96];
        fc2[97] = float.NaN;
        var bad = new MoeWeights<float>(new MoeShape(1, 64, 96), Fc1Layout.GateUp, new float[192 * 64], fc2);
        AssertSays("fc2ExpertWeights of expert 0 holds NaN at row 1, column 1", () => MoeQuantizer.Quantize(bad, s_int4));
        QuantizedMoeWeights<BFloat16> four = MoeQuantizer.Quantize(weights, s_int4);
        calibrator.Add(input.AsSpan(0, 64), [0], [], 1);
        AssertSays("the weights' format is Int4Group", () => StaticScales.Calibrate(calibrator, four));

        static void AssertSays(string part, Action call) => Assert.Contains(part, Assert.ThrowsAny<ArgumentException>(call).Message, StringComparison.Ordinal);
    }

    private static MoeWeights<BFloat16> Weights(bool biases) => new TestLayer<BFloat16>(s_shape, 0, 1, seed: 11).WithBiases(biases, biases).Weights(Fc1Layout.GateUp);

    // A few columns are far larger than the others, as in real hidden states.
    private static void Add(MoeCalibrator<BFloat16> calibrator, int tokens, int seed, int experts = 3)
    {
        float[] values = WeightQuantizerTests.Normal(tokens * 64, seed);
        var random = new Random(seed);
        int[] ids = [.. Enumerable.Range(0, tokens).Select(_ => random.Next(experts))];
        BFloat16[] input = [.. values.Select((value, i) => (BFloat16)(value * (i % 16 == 3 ? 12 : 0.4f)))];
        calibrator.Add(input, ids, [], 1);
    }
}
