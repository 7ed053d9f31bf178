using System.Text.Json;
using MoeGen.Checkpoints;

namespace MoeGen.Cli.Tests;

/// <summary><c>moegen quantize --calibrate</c>.</summary>
public sealed class QuantizeCalibrationTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("mixtral")]
    [InlineData("deepseek_v3")]
    [InlineData("gpt_oss")]
    public void The_weighted_search_is_better_on_other_tokens_than_plain_rounding(string family)
    {
        string samples = Samples(family, outlier: 1);
        double plain = Error(family, "w4a16", "--group-size", "32"), calibrated = Error(family, "w4a16", "--group-size", "32", "--calibrate", samples);
        Assert.InRange(calibrated, 0, 0.97 * plain);
    }

    [Fact]
    public void Smoothing_lowers_the_error_where_a_channel_sticks_out_and_is_read_by_every_loader()
    {
        string samples = Samples("mixtral", outlier: 60);
        string plain = Quantize("mixtral", "plain", "w8a8", "--calibrate", samples), smooth = Quantize("mixtral", "smooth", "w8a8", "--calibrate", samples, "--smooth");
        Assert.InRange(OutputError(smooth), 0, 0.8 * OutputError(plain));
        using MoeCheckpoint source = MoeCheckpoint.Open(Golden.Folder("mixtral")), quantized = MoeCheckpoint.Open(smooth);
        MoeBlock block = quantized.GetBlock(0);
        ReadOnlySpan<float> factors = block.LoadQuantizedWeights<float>().InputFactors.Span;
        Assert.Equal(128, factors.Length);
        Assert.True(factors[5] < 0.5f * factors[6]);

        // Expanded, the factors are taken out again.
        MoeWeights<float> before = source.GetBlock(0).LoadWeights<float>(allowConversion: true), after = block.LoadWeights<float>(allowConversion: true);
        Assert.InRange(MoeError.RelativeL2<float>(Gate(after), [.. Gate(before).ToArray().Select(value => (double)value)]), 0, 0.05);
        string io = Record(source.GetBlock(0), samples);
        Assert.InRange(ErrorOf(smooth, io), 0, 0.8 * ErrorOf(plain, io));

        static ReadOnlySpan<float> Gate(MoeWeights<float> weights) => weights.Fc1ExpertWeights[0].Span[..(256 * 128)];
    }

    [Theory]
    [InlineData("mixtral")]
    [InlineData("qwen2_moe")]
    public void Static_scales_are_written_for_every_module(string family)
    {
        string output = Quantize(family, "static", "w8a8", "--calibrate", Golden.Io(family), "--static-scales");
        using MoeCheckpoint quantized = MoeCheckpoint.Open(output);
        QuantizedMoeWeights<BFloat16> weights = quantized.GetBlock(0).LoadQuantizedWeights<BFloat16>();
        Assert.True(weights.InputScale > 0);
        Assert.Equal(weights.Shape.NumExperts, weights.ActivatedScales.Length);
        JsonElement report = CliRun.Of("check", output, "--io", Golden.Io(family), "--backend", "managed", "--json").AssertExit(0).Json();
        Assert.Equal(4e-2, report.GetProperty("bound").GetDouble());
        Assert.InRange(report.GetProperty("error").GetDouble(), 1e-3, 4e-2);
    }

    [Fact]
    public void The_report_has_output_errors_of_experts_that_samples_came_to()
    {
        string output = _folder.File("out");
        CliRun run = CliRun.Of("quantize", Golden.Folder("qwen2_moe"), "--scheme", "w8a8", "--calibrate", Golden.Io("qwen2_moe"), "-o", output, "--json").AssertExit(0);
        double[] errors = [.. run.Json().GetProperty("experts").EnumerateArray().Where(row => row.TryGetProperty("output_error", out _)).Select(row => row.GetProperty("output_error").GetDouble())];
        Assert.InRange(errors.Length, 12, 17);
        Assert.All(errors, error => Assert.InRange(error, 5e-3, 5e-2));
    }

    [Theory]
    [InlineData("mixtral", "w4a16", "--group-size", "32", "--zero-points")]
    [InlineData("mixtral", "w8a8", "--smooth", "--static-scales")]
    [InlineData("qwen2_moe", "w4a16", "--group-size", "32", "--search", "feedback")]
    [InlineData("qwen2_moe", "w8a8")]
    [InlineData("deepseek_v3", "w8a16")]
    [InlineData("gpt_oss", "w4a16", "--group-size", "32")]
    public void The_reports_output_errors_are_those_of_what_is_loaded(string family, string scheme, params string[] more)
    {
        string output = _folder.File("out");
        JsonElement report = CliRun.Of(["quantize", Golden.Folder(family), "--scheme", scheme, "--calibrate", Golden.Io(family), "-o", output, "--json", .. more]).AssertExit(0).Json();
        using MoeCheckpoint source = MoeCheckpoint.Open(Golden.Folder(family)), quantized = MoeCheckpoint.Open(output);
        MoeBlock block = source.GetBlock(0);
        var calibrator = new MoeCalibrator<BFloat16>(block.LoadWeights<BFloat16>(allowConversion: true), block.Activation, block.Swiglu);
        using SafetensorsFile io = SafetensorsFile.Open(Golden.Io(family));
        calibrator.Add(io.Get<float>("input").ToArray().Select(value => (BFloat16)value).ToArray(), block.Router);
        IReadOnlyList<ExpertReport> loaded = QuantizationReport.Create(calibrator, quantized.GetBlock(0).LoadQuantizedWeights<BFloat16>(), scheme == "w8a8").Experts;
        int routed = block.Router.NumExperts, told = 0;
        foreach (JsonElement row in report.GetProperty("experts").EnumerateArray())
        {
            // Of the shared expert's slices the worst.
            int expert = row.GetProperty("expert").GetInt32();
            ExpertReport[] own = [.. loaded.Where(own => own.Rows > 0 && (expert < routed ? own.Expert == expert : own.Expert >= routed))];
            Assert.Equal(own.Length > 0, row.TryGetProperty("output_error", out JsonElement error));
            told += own.Length;
            if (own.Length > 0)
            {
                Assert.Equal(own.Max(slice => slice.OutputError), error.GetDouble(), 1e-9);
                Assert.Equal(own.Max(slice => slice.Rows), row.GetProperty("samples").GetInt32());
            }
        }

        Assert.Equal(loaded.Count(own => own.Rows > 0), told);
    }

    // Other tokens than the recorded ones, of their kind: one channel times a factor.
    private string Samples(string family, float outlier)
    {
        using SafetensorsFile io = SafetensorsFile.Open(Golden.Io(family));
        float[] recorded = io.Get<float>("input").ToArray();
        double scale = Math.Sqrt(recorded.Average(value => (double)value * value));
        var random = new Random(5);
        float[] input = new float[256 * Golden.HiddenSize];
        for (int i = 0; i < input.Length; i++)
        {
            double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            input[i] = (float)(normal * scale) * (i % Golden.HiddenSize == 5 ? outlier : 1);
        }

        var writer = new SafetensorsWriter();
        writer.Add<float>("layers.0.input", [256, Golden.HiddenSize], input);
        string path = _folder.File("samples.safetensors");
        writer.Save(path);
        return path;
    }

    // What the block gives for the samples before it is quantised.
    private string Record(MoeBlock block, string samples)
    {
        using SafetensorsFile file = SafetensorsFile.Open(samples);
        float[] input = file.Get<float>("layers.0.input").ToArray();
        var output = new float[input.Length];
        ManagedMoe.ForwardBlock<float>(block.LoadWeights<float>(allowConversion: true), block.Activation, input, block.Router, output);
        var writer = new SafetensorsWriter();
        writer.Add<float>("input", [256, Golden.HiddenSize], input);
        writer.Add<float>("output_fp32", [256, Golden.HiddenSize], output);
        string path = _folder.File("io.safetensors");
        writer.Save(path);
        return path;
    }

    private static double ErrorOf(string output, string io) =>
        CliRun.Of("check", output, "--io", io, "--backend", "managed", "--json").Json().GetProperty("error").GetDouble();

    private string Quantize(string family, string name, params string[] scheme)
    {
        string output = _folder.File(name);
        CliRun.Of(["quantize", Golden.Folder(family), "--scheme", .. scheme, "-o", output]).AssertExit(0);
        return output;
    }

    private static double OutputError(string output)
    {
        using JsonDocument record = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(output, Quantizing.QuantizeManifest.FileName)));
        return record.RootElement.GetProperty("files").GetProperty("model-layer-00000.safetensors").GetProperty("experts").EnumerateArray()
            .Average(row => row.GetProperty("output_error").GetDouble());
    }

    private double Error(string family, params string[] scheme)
    {
        string output = Quantize(family, $"{scheme.Length}", scheme);
        return ErrorOf(output, Golden.Io(family));
    }
}
