using System.Text.Json;
using MoeGen.Checkpoints;
using MoeGen.Cli.Quantizing;

namespace MoeGen.Cli.Tests;

/// <summary><c>moegen quantize --search feedback</c>.</summary>
public sealed class QuantizeFeedbackTests(ITestOutputHelper log) : IDisposable
{
    private const int Tokens = 192;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("mixtral", false)]
    [InlineData("mixtral", true)]
    [InlineData("qwen2_moe", false)]
    [InlineData("deepseek_v3", true)]
    [InlineData("gpt_oss", false)]
    [InlineData("gpt_oss", true)]
    public void The_layer_is_nearer_to_the_samples_outputs_than_rounded_and_searched(string family, bool zeroPoints)
    {
        string samples = Samples(Golden.HiddenSize, 1);
        string io = Record(family, samples);
        string[] scheme = ["w4a16", "--group-size", "32", .. zeroPoints ? ["--zero-points"] : Array.Empty<string>()];
        double plain = ErrorOf(Quantize(family, "plain", scheme), io);
        double searched = ErrorOf(Quantize(family, "searched", [.. scheme, "--calibrate", samples]), io);
        string output = Quantize(family, "feedback", [.. scheme, "--calibrate", samples, "--search", "feedback"]);
        double error = ErrorOf(output, io);
        log.WriteLine($"{family}, zero points {zeroPoints}: plain {plain:G3}, searched {searched:G3}, feedback {error:G3}");
        Assert.True(error < 0.8 * plain && error < 0.9 * searched, $"{error}, searched {searched}, plain {plain}");

        // A folder like any other of the scheme.
        CliRun.Of("check", output, "--backend", "managed", "--dtype", "bf16").AssertExit(0);
    }

    [Theory]
    [InlineData("mixtral")]
    [InlineData("qwen2_moe")]
    [InlineData("deepseek_v3")]
    [InlineData("gpt_oss")]
    public void What_is_loaded_is_what_the_quantiser_made(string family)
    {
        string samples = Samples(Golden.HiddenSize, 1);
        string output = Quantize(family, "out", "w4a16", "--group-size", "32", "--zero-points", "--calibrate", samples, "--search", "feedback");
        using MoeCheckpoint source = MoeCheckpoint.Open(Golden.Folder(family)), quantized = MoeCheckpoint.Open(output);
        MoeBlock block = source.GetBlock(0);
        var calibrator = new MoeCalibrator<BFloat16>(block.LoadWeights<BFloat16>(allowConversion: true), block.Activation, block.Swiglu);
        using SafetensorsFile file = SafetensorsFile.Open(samples);
        calibrator.Add(file.Get<float>("layers.0.input").ToArray().Select(value => (BFloat16)value).ToArray(), block.Router);
        QuantizedMoeWeights<BFloat16> made = MoeQuantizer.Quantize(
            calibrator, new QuantizationOptions { Format = WeightFormat.Int4Group, GroupSize = 32, ZeroPoints = true, Search = ScaleSearch.ErrorFeedback });

        // Slices of shared experts are experts too.
        QuantizedMoeWeights<BFloat16> loaded = quantized.GetBlock(0).LoadQuantizedWeights<BFloat16>();
        Assert.Equal(block.Shape.NumExperts, loaded.Fc1ExpertWeights.Count);
        for (int expert = 0; expert < block.Shape.NumExperts; expert++)
        {
            AssertSame(made.Fc1ExpertWeights[expert], loaded.Fc1ExpertWeights[expert]);
            AssertSame(made.Fc2ExpertWeights[expert], loaded.Fc2ExpertWeights[expert]);
        }

        static void AssertSame(QuantizedMatrix expected, QuantizedMatrix actual)
        {
            Assert.Equal(expected.Codes.ToArray(), actual.Codes.ToArray());
            Assert.Equal(expected.Scales.ToArray(), actual.Scales.ToArray());
            Assert.Equal(expected.ZeroPoints.ToArray(), actual.ZeroPoints.ToArray());
        }
    }

    [Fact]
    public void An_interrupted_run_goes_on_and_gives_the_same_bytes()
    {
        string source = WriteSource(), samples = Samples(64, 2), output = _folder.File("out"), whole = _folder.File("whole");
        string[] options = ["--scheme", "w4a16", "--group-size", "32", "--calibrate", samples, "--search", "feedback", "--json"];
        var request = new QuantizeRequest(
            source, output, QuantizeScheme.W4A16, new QuantizationOptions { Format = WeightFormat.Int4Group, GroupSize = 32, Search = ScaleSearch.ErrorFeedback }, Calibration: samples);
        List<string> heard = [];
        var quantizer = new CheckpointQuantizer(request, (_, text) =>
        {
            heard.Add(text);
            if (text == "layer 1, expert 2")
            {
                throw new OperationCanceledException();
            }
        });
        Assert.ThrowsAny<Exception>(() => quantizer.Run());

        // Three matrices an expert; the layer is measured once they are written.
        string[] written = [.. Enumerable.Range(0, 4).SelectMany(expert => Enumerable.Repeat($"layer 0, expert {expert}", 3))];
        Assert.Equal(["layer 0, calibrating", .. written, "layer 0, measuring"], heard.Where(text => text.StartsWith("layer 0,", StringComparison.Ordinal)));
        Assert.True(File.Exists(Path.Combine(output, "model-layer-00000.safetensors")));
        Assert.False(File.Exists(Path.Combine(output, "model-layer-00001.safetensors")));
        JsonElement resumed = CliRun.Of(["quantize", source, "-o", output, .. options]).AssertExit(0).Json(), once = CliRun.Of(["quantize", source, "-o", whole, .. options]).AssertExit(0).Json();
        Assert.Equal((1, 0), (resumed.GetProperty("files_reused").GetInt32(), once.GetProperty("files_reused").GetInt32()));
        Assert.Equal(once.GetProperty("experts").GetRawText(), resumed.GetProperty("experts").GetRawText());
        Assert.Equal("ErrorFeedback", once.GetProperty("search").GetString());
        string[] names = [.. Directory.GetFiles(whole).Select(path => Path.GetFileName(path)!).Order()];
        Assert.Equal(names, Directory.GetFiles(output).Select(path => Path.GetFileName(path)!).Order());
        Assert.All(names, name => Assert.Equal(File.ReadAllBytes(Path.Combine(whole, name)), File.ReadAllBytes(Path.Combine(output, name))));

        // Another search does not go on with it.
        CliRun.Of("quantize", source, "-o", output, "--scheme", "w4a16", "--group-size", "32", "--calibrate", samples).AssertBadInput(output, "ErrorFeedback", "MeanSquaredError");
    }

    [Fact]
    public void Experts_that_too_few_samples_came_to_are_told_and_quantised_as_without()
    {
        // So few that experts get one or none.
        const int Few = 5;
        string output = _folder.File("out"), samples = _folder.File("few.safetensors");
        using SafetensorsFile io = SafetensorsFile.Open(Golden.Io("qwen2_moe"));
        float[] input = io.Get<float>("input").Span[..(Few * Golden.HiddenSize)].ToArray();
        var writer = new SafetensorsWriter();
        writer.Add<float>("input", [Few, Golden.HiddenSize], input);
        writer.Save(samples);
        string[] scheme = ["--scheme", "w4a16", "--group-size", "32", "--calibrate", samples, "-o", output];
        CliRun run = CliRun.Of(["quantize", Golden.Folder("qwen2_moe"), "--search", "feedback", "--json", .. scheme]).AssertExit(0);
        JsonElement[] experts = [.. run.Json().GetProperty("experts").EnumerateArray()];
        using MoeCheckpoint source = MoeCheckpoint.Open(Golden.Folder("qwen2_moe"));
        MoeRouter router = source.GetBlock(0).Router;
        var ids = new int[Few * (router.TopK + source.GetBlock(0).Shape.NumExperts - router.NumExperts)];
        ManagedRouter.Route<float>(input, router, ids, new float[ids.Length]);
        int[] counts = [.. Enumerable.Range(0, 16).Select(expert => ids.Count(id => id == expert)), Few];
        Assert.Equal(counts, experts.Select(row => row.GetProperty("samples").GetInt32()));
        Assert.Equal(counts.Select(count => count < 2), experts.Select(row => row.TryGetProperty("fallback", out JsonElement told) && told.GetBoolean()));
        Assert.Contains(0, counts);
        Assert.Contains(1, counts);
        Assert.All(experts, row => Assert.InRange(row.GetProperty("weight_error").GetDouble(), 0.05, 0.15));

        // Without samples error feedback is the search, refined once more.
        using MoeCheckpoint quantized = MoeCheckpoint.Open(output);
        int alone = Array.FindIndex(counts, count => count < 2);
        double[] weights = [.. source.GetBlock(0).LoadWeights<float>(allowConversion: true).Fc2ExpertWeights[alone].ToArray().Select(value => (double)value)];
        BFloat16[] narrow = source.GetBlock(0).LoadWeights<BFloat16>(allowConversion: true).Fc2ExpertWeights[alone].ToArray();
        var search = new QuantizationOptions { Format = WeightFormat.Int4Group, GroupSize = 32, Search = ScaleSearch.MeanSquaredError };
        double searched = Error(WeightQuantizer.Quantize<BFloat16>(narrow, 128, narrow.Length / 128, search));
        Assert.InRange(Error(quantized.GetBlock(0).LoadQuantizedWeights<BFloat16>().Fc2ExpertWeights[alone]), 0.97 * searched, 1.0001 * searched);

        string told = CliRun.Of(["quantize", Golden.Folder("qwen2_moe"), "--search", "feedback", .. scheme]).AssertExit(0).Output;
        Assert.Contains($"{alone}", told.Split('\n').Single(line => line.StartsWith("fallback", StringComparison.Ordinal)), StringComparison.Ordinal);

        double Error(QuantizedMatrix matrix) => MoeError.RelativeL2<float>(WeightQuantizer.Dequantize<BFloat16>(matrix), weights);
    }

    // Tokens of half as many dimensions as columns, and a little of each column's own.
    private string Samples(int hidden, int layers)
    {
        var random = new Random(5);
        float[] mixing = Normal(hidden / 2 * hidden);
        var writer = new SafetensorsWriter();
        for (int layer = 0; layer < layers; layer++)
        {
            float[] inner = Normal(Tokens * hidden / 2), input = Normal(Tokens * hidden);
            for (int i = 0; i < input.Length; i++)
            {
                int token = i / hidden, column = i % hidden;
                double sum = Enumerable.Range(0, hidden / 2).Sum(k => inner[(token * hidden / 2) + k] * (double)mixing[(k * hidden) + column]);
                input[i] = (float)((0.2 * input[i]) + (sum / Math.Sqrt(hidden / 2)));
            }

            writer.Add<float>($"layers.{layer}.input", [Tokens, hidden], input);
        }

        string path = _folder.File("samples.safetensors");
        writer.Save(path);
        return path;

        float[] Normal(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
    }

    // What the block gives for the samples before it is quantised.
    private string Record(string family, string samples)
    {
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(Golden.Folder(family));
        MoeBlock block = checkpoint.GetBlock(0);
        using SafetensorsFile file = SafetensorsFile.Open(samples);
        float[] input = file.Get<float>("layers.0.input").ToArray();
        double[] output = ManagedMoe.ForwardBlockDouble<float>(block.LoadWeights<float>(allowConversion: true), block.Activation, input, block.Router, swiglu: block.Swiglu);
        var writer = new SafetensorsWriter();
        writer.Add<float>("input", [Tokens, Golden.HiddenSize], input);
        writer.Add<float>("output_fp32", [Tokens, Golden.HiddenSize], Array.ConvertAll(output, value => (float)value));
        string path = _folder.File("io.safetensors");
        writer.Save(path);
        return path;
    }

    // A Mixtral of two layers whose sizes groups of 32 divide.
    private string WriteSource()
    {
        const int Experts = 4, Hidden = 64, Intermediate = 96;
        string folder = Directory.CreateDirectory(_folder.File("source")).FullName;
        File.WriteAllText(
            Path.Combine(folder, "config.json"),
            $"{{\"model_type\":\"mixtral\",\"hidden_act\":\"silu\",\"num_hidden_layers\":2,\"hidden_size\":{Hidden},\"intermediate_size\":{Intermediate},\"num_local_experts\":{Experts},\"num_experts_per_tok\":2}}");
        var writer = new SafetensorsWriter();
        var random = new Random(1);
        for (int layer = 0; layer < 2; layer++)
        {
            string block = $"model.layers.{layer}.block_sparse_moe";
            writer.Add<BFloat16>($"{block}.gate.weight", [Experts, Hidden], Values(Experts * Hidden));
            for (int expert = 0; expert < Experts; expert++)
            {
                writer.Add<BFloat16>($"{block}.experts.{expert}.w1.weight", [Intermediate, Hidden], Values(Intermediate * Hidden));
                writer.Add<BFloat16>($"{block}.experts.{expert}.w3.weight", [Intermediate, Hidden], Values(Intermediate * Hidden));
                writer.Add<BFloat16>($"{block}.experts.{expert}.w2.weight", [Hidden, Intermediate], Values(Intermediate * Hidden));
            }
        }

        writer.Save(Path.Combine(folder, "model.safetensors"));
        return folder;

        BFloat16[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (BFloat16)(random.NextSingle() - 0.5f))];
    }

    private string Quantize(string family, string name, params string[] scheme)
    {
        string output = _folder.File(name);
        CliRun.Of(["quantize", Golden.Folder(family), "--scheme", .. scheme, "-o", output]).AssertExit(0);
        return output;
    }

    private static double ErrorOf(string output, string io) =>
        CliRun.Of("check", output, "--io", io, "--backend", "managed", "--json").Json().GetProperty("error").GetDouble();
}
