using Xunit;

namespace MoeGen.Tests;

/// <summary>Quantised layers against the recorded fp32 output of the layers that are not.</summary>
public class QuantizedGoldenTests(ITestOutputHelper log)
{
    public static TheoryData<string> Families => GoldenTests.Families;

    [Theory]
    [MemberData(nameof(Families))]
    public void Plain_rounding_stays_within_what_its_bits_allow(string family)
    {
        var golden = new QuantizedGolden(family);
        QuantizedMoeWeights<BFloat16> eight = MoeQuantizer.Quantize(golden.Weights, new QuantizationOptions());
        Check("W8A8", golden.Error(eight, true), 2.6e-2);
        Check("W8A16", golden.Error(eight, false), 1.5e-2);
        foreach ((int group, bool zeroPoints, double bound) in new[] { (32, false, 0.18), (32, true, 0.18), (128, false, 0.21), (128, true, 0.21) })
        {
            if (golden.Weights.Shape.IntermediateSize % group == 0)
            {
                var options = new QuantizationOptions { Format = WeightFormat.Int4Group, GroupSize = group, ZeroPoints = zeroPoints };
                Check($"W4A16 g{group}{(zeroPoints ? " zero points" : "")}", golden.Error(MoeQuantizer.Quantize(golden.Weights, options), false), bound);
            }
        }

        Check("MXFP4", golden.Error(MoeQuantizer.Quantize(golden.Weights, new QuantizationOptions { Format = WeightFormat.Mxfp4 }), false), 0.3);

        void Check(string what, double error, double bound)
        {
            log.WriteLine($"{family} {what}: {error:E3}");
            Assert.InRange(error, bound / 100, bound);
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_calibrated_search_beats_plain_rounding_also_where_all_columns_are_alike(string family)
    {
        var golden = new QuantizedGolden(family);
        MoeCalibrator<BFloat16> calibrator = golden.Calibrate(1024);
        var symmetric = new Dictionary<int, double>();
        foreach ((int group, bool zeroPoints) in new[] { (32, false), (32, true), (64, false), (64, true), (128, false), (128, true) })
        {
            if (golden.Weights.Shape.IntermediateSize % group != 0)
            {
                continue;
            }

            var options = new QuantizationOptions { Format = WeightFormat.Int4Group, GroupSize = group, ZeroPoints = zeroPoints };
            var searching = options with { Search = ScaleSearch.MeanSquaredError };
            double plain = golden.Error(MoeQuantizer.Quantize(golden.Weights, options), false);
            double uncalibrated = golden.Error(MoeQuantizer.Quantize(golden.Weights, searching), false);
            double searched = golden.Error(MoeQuantizer.Quantize(calibrator, searching), false);
            QuantizedMoeWeights<BFloat16> calibrated = MoeQuantizer.Quantize(calibrator, options with { Search = ScaleSearch.ErrorFeedback });
            double error = golden.Error(calibrated, false);
            log.WriteLine($"{family} g{group} zero points {zeroPoints}: plain {plain:E3}, search {uncalibrated / plain:P1}, calibrated {searched / plain:P1}, with feedback {error / plain:P1}, on the unseen half {golden.Error(calibrated, false, unseen: true) / golden.Error(MoeQuantizer.Quantize(golden.Weights, options), false, unseen: true):P1}");
            symmetric.TryAdd(group, plain);

            // Of plain rounding with zero points no choice of scales and zero points leaves less than 95 % where columns do not go together (normal weights).
            Assert.True(error < (zeroPoints ? 0.97 : 0.9) * plain, $"g{group}: {error} calibrated, {plain} plain");
            Assert.True(!zeroPoints || error < 0.9 * symmetric[group], $"g{group}: {error} calibrated, {symmetric[group]} plain without zero points");
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Smoothing_is_never_worse_on_its_samples_and_static_scales_hold_on_others(string family)
    {
        var golden = new QuantizedGolden(family);
        MoeCalibrator<BFloat16> calibrator = golden.Calibrate();
        var options = new QuantizationOptions();
        QuantizedMoeWeights<BFloat16> plain = MoeQuantizer.Quantize(golden.Weights, options);
        SmoothedWeights<BFloat16> smoothed = MoeSmoother.Smooth(calibrator, options);
        Assert.True(smoothed.Error <= smoothed.PlainError);
        Assert.Equal(calibrator.MeasureError(plain, true), smoothed.PlainError);
        Assert.Equal(calibrator.MeasureError(smoothed.Weights, true), smoothed.Error);
        QuantizedMoeWeights<BFloat16> withStatics = StaticScales.Calibrate(calibrator, smoothed.Weights);
        log.WriteLine($"{family} calibration: plain {smoothed.PlainError:E3}, smoothed {smoothed.Error:E3} (alpha {smoothed.InputAlpha}, {smoothed.ActivatedAlpha}); recorded: plain {golden.Error(plain, true):E3}, smoothed {golden.Error(smoothed.Weights, true):E3}, static {golden.Error(withStatics, true):E3}");
        Assert.InRange(golden.Error(smoothed.Weights, true), 1e-4, 2.6e-2);
        Assert.InRange(golden.Error(withStatics, true), 1e-4, 6e-2);
    }
}
