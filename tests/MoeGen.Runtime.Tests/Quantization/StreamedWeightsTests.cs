using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

/// <summary>Weights that are read when they are asked for, an expert at a time, are those that are loaded at once, whatever is done with them.</summary>
public class StreamedWeightsTests
{
    public static TheoryData<string> Families => GoldenTests.Families;

    [Theory]
    [MemberData(nameof(Families))]
    public void Matrices_and_outputs_are_the_loaded_ones(string family)
    {
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(GoldenFolder.Path(family));
        MoeBlock block = checkpoint.GetBlock(0);
        MoeWeights<BFloat16> loaded = block.LoadWeights<BFloat16>(allowConversion: true), streamed = block.StreamWeights<BFloat16>();
        int experts = block.Shape.NumExperts;
        Assert.Equal((experts, experts), (streamed.Fc1ExpertWeights.Count, streamed.Fc2ExpertWeights.Count));

        // Backwards too, so that none is taken for the one before it.
        foreach (int expert in Enumerable.Range(0, experts).Concat(Enumerable.Range(0, experts).Reverse()))
        {
            Assert.True(loaded.Fc1ExpertWeights[expert].Span.SequenceEqual(streamed.Fc1ExpertWeights[expert].Span), $"fc1 of expert {expert}");
            Assert.True(loaded.Fc2ExpertWeights[expert].Span.SequenceEqual(streamed.Fc2ExpertWeights[expert].Span), $"fc2 of expert {expert}");
        }

        BFloat16[] input = Samples(family);
        Assert.Equal(Run(loaded), Run(streamed));

        double[] Run(MoeWeights<BFloat16> weights) => ManagedMoe.ForwardBlockDouble<BFloat16>(weights, block.Activation, input, block.Router, swiglu: block.Swiglu);
    }

    [Theory]
    [InlineData("mixtral")]
    [InlineData("qwen2_moe")]
    [InlineData("gpt_oss")]
    public void What_samples_make_of_them_is_the_same(string family)
    {
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(GoldenFolder.Path(family));
        MoeBlock block = checkpoint.GetBlock(0);
        MoeCalibrator<BFloat16> loaded = Calibrate(block.LoadWeights<BFloat16>(allowConversion: true)), streamed = Calibrate(block.StreamWeights<BFloat16>());
        foreach (QuantizationOptions options in new[] { new QuantizationOptions(), new() { Format = WeightFormat.Int4Group, GroupSize = 32, ZeroPoints = true, Search = ScaleSearch.MeanSquaredError } })
        {
            QuantizedMoeWeights<BFloat16> expected = MoeQuantizer.Quantize(loaded, options), actual = MoeQuantizer.Quantize(streamed, options);
            AssertSame(expected, actual);
            AssertSameReport(QuantizationReport.Create(loaded, expected), QuantizationReport.Create(streamed, actual));
        }

        AssertSame(
            MoeQuantizer.Quantize(loaded, Feedback), MoeQuantizer.Quantize(streamed, Feedback));
        SmoothedWeights<BFloat16> smoothed = MoeSmoother.Smooth(loaded, new QuantizationOptions()), alike = MoeSmoother.Smooth(streamed, new QuantizationOptions());
        Assert.Equal((smoothed.Error, smoothed.PlainError, smoothed.InputAlpha, smoothed.ActivatedAlpha), (alike.Error, alike.PlainError, alike.InputAlpha, alike.ActivatedAlpha));
        AssertSame(smoothed.Weights, alike.Weights);
        QuantizedMoeWeights<BFloat16> statics = StaticScales.Calibrate(loaded, smoothed.Weights), same = StaticScales.Calibrate(streamed, alike.Weights);
        Assert.Equal(statics.InputScale, same.InputScale);
        Assert.Equal(statics.ActivatedScales.ToArray(), same.ActivatedScales.ToArray());
        AssertSameReport(QuantizationReport.Create(loaded, statics, true, smoothed), QuantizationReport.Create(streamed, same, true, alike));

        MoeCalibrator<BFloat16> Calibrate(MoeWeights<BFloat16> weights)
        {
            var calibrator = new MoeCalibrator<BFloat16>(weights, block.Activation, block.Swiglu);
            calibrator.Add(Samples(family), block.Router);
            calibrator.Add(Samples(family).AsSpan(0, 5 * block.Shape.HiddenSize), block.Router);
            return calibrator;
        }
    }

    [Fact]
    public void Each_expert_is_read_once_a_run_whatever_the_number_of_threads()
    {
        MoeWeights<float> loaded = new TestLayer<float>(new MoeShape(5, 64, 96), 0, 1, seed: 3).Weights(Fc1Layout.GateUp);
        List<string> read = [];
        var streamed = new MoeWeights<float>(loaded.Shape, loaded.Fc1Layout, expert => Read("fc1", expert, loaded.Fc1ExpertWeights), expert => Read("fc2", expert, loaded.Fc2ExpertWeights));

        // So many rows that an expert has several tiles; none comes to expert 3.
        int[] ids = [.. Enumerable.Range(0, 900).Select(token => token % 4 == 3 ? 4 : token % 4)];
        float[] tokens = WeightQuantizerTests.Normal(900 * 64, 4);
        var options = new ManagedOptions { MaxDegreeOfParallelism = 8 };
        Assert.Equal(
            ManagedMoe.ForwardDouble<float>(loaded, Activation.Swiglu, tokens, ids, [], 1, options),
            ManagedMoe.ForwardDouble<float>(streamed, Activation.Swiglu, tokens, ids, [], 1, options));
        Assert.Equal(["fc1 0", "fc1 1", "fc1 2", "fc1 4", "fc2 0", "fc2 1", "fc2 2", "fc2 4"], read);

        ReadOnlyMemory<float> Read(string what, int expert, IReadOnlyList<ReadOnlyMemory<float>> from)
        {
            read.Add($"{what} {expert}");
            return from[expert];
        }
    }

    [Fact]
    public void What_is_wrong_with_a_matrix_is_said_when_it_is_read()
    {
        MoeWeights<float> loaded = new TestLayer<float>(new MoeShape(3, 64, 96), 0, 1, seed: 3).Weights(Fc1Layout.GateUp);
        float[] notNumber = loaded.Fc2ExpertWeights[2].ToArray();
        notNumber[(5 * 96) + 7] = float.NaN;
        var streamed = new MoeWeights<float>(
            loaded.Shape, loaded.Fc1Layout, expert => loaded.Fc1ExpertWeights[expert][(expert == 1 ? 8 : 0)..], expert => expert == 2 ? notNumber : loaded.Fc2ExpertWeights[expert]);
        Assert.Contains("fc1ExpertWeights of expert 1 has 12280 elements; required are 12288", Assert.Throws<ArgumentException>(() => streamed.Fc1ExpertWeights[1]).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => streamed.Fc1ExpertWeights[3]);

        // Not as one of several errors of threads.
        QuantizedMoeWeights<float> quantized = MoeQuantizer.Quantize(streamed, new QuantizationOptions());
        string message = Assert.Throws<ArgumentException>(() => ManagedMoe.ForwardDouble<float>(quantized, Activation.Swiglu, new float[64 * 64], [.. Enumerable.Repeat(2, 64)], [], 1)).Message;
        Assert.Contains("fc2ExpertWeights of expert 2 holds NaN at row 5, column 7", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ManagedMoe.ForwardDouble<float>(streamed, Activation.Swiglu, new float[64], [1], [], 1));

        // Experts of other schemes than the first one's.
        QuantizedMatrix eight = MoeQuantizer.Quantize(loaded, new QuantizationOptions()).Fc2ExpertWeights[0];
        QuantizedMoeWeights<float> four = MoeQuantizer.Quantize(loaded, new QuantizationOptions { Format = WeightFormat.Int4Group, GroupSize = 32 });
        var mixed = new QuantizedMoeWeights<float>(loaded.Shape, loaded.Fc1Layout, expert => four.Fc1ExpertWeights[expert], _ => eight);
        Assert.Contains("fc2ExpertWeights of expert 1 is Int8PerChannel", Assert.Throws<ArgumentException>(() => mixed.Fc2ExpertWeights[1]).Message, StringComparison.Ordinal);
    }

    private static QuantizationOptions Feedback => new() { Format = WeightFormat.Int4Group, GroupSize = 32, Search = ScaleSearch.ErrorFeedback };

    private static BFloat16[] Samples(string family)
    {
        using SafetensorsFile io = GoldenFolder.OpenIo(family);
        return [.. io.Get<float>("input").ToArray().Select(value => (BFloat16)value)];
    }

    private static void AssertSame(QuantizedMoeWeights<BFloat16> expected, QuantizedMoeWeights<BFloat16> actual)
    {
        Assert.Equal((expected.Format, expected.GroupSize, expected.HasZeroPoints), (actual.Format, actual.GroupSize, actual.HasZeroPoints));
        Assert.Equal(expected.InputFactors.ToArray(), actual.InputFactors.ToArray());
        Assert.Equal(expected.Fc1ExpertBiases.ToArray(), actual.Fc1ExpertBiases.ToArray());
        foreach ((QuantizedMatrix one, QuantizedMatrix other) in expected.Fc1ExpertWeights.Concat(expected.Fc2ExpertWeights).Zip(actual.Fc1ExpertWeights.Concat(actual.Fc2ExpertWeights)))
        {
            Assert.True(one.Codes.Span.SequenceEqual(other.Codes.Span));
            Assert.True(one.Scales.Span.SequenceEqual(other.Scales.Span));
            Assert.True(one.ZeroPoints.Span.SequenceEqual(other.ZeroPoints.Span));
        }
    }

    private static void AssertSameReport(QuantizationReport expected, QuantizationReport actual)
    {
        Assert.Equal((expected.Tokens, expected.OutputError), (actual.Tokens, actual.OutputError));
        Assert.Equal(
            expected.Experts.Select(row => (row.Expert, row.Rows, row.OutputError, row.Fc1Error, row.Fc2Error)),
            actual.Experts.Select(row => (row.Expert, row.Rows, row.OutputError, row.Fc1Error, row.Fc2Error)));
    }
}
