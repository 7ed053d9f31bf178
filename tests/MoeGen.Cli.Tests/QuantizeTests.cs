using System.Text.Json;
using MoeGen.Checkpoints;
using MoeGen.Tests;

namespace MoeGen.Cli.Tests;

/// <summary><c>moegen quantize</c>: what it writes, read again.</summary>
public sealed class QuantizeTests : IDisposable
{
    private static readonly string[] s_w4a16 = ["w4a16", "--group-size", "32"];

    private readonly TestFolder _folder = new();

    public static TheoryData<string, string, double> Golden_cases => new(
        Golden.Families.SelectMany(family => new[] { ("w8a8", 2.6e-2), ("w8a16", 1.5e-2), ("w4a16", 0.18) }.Select(scheme => (family, scheme.Item1, scheme.Item2))));

    public static TheoryData<string> Cases => [.. FamilyCases.Names];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Golden_cases))]
    public void A_golden_folder_stays_within_the_schemes_error_of_what_was_recorded(string family, string scheme, double bound)
    {
        string output = Quantize(family, scheme == "w4a16" ? s_w4a16 : [scheme]);
        foreach (string dtype in new[] { "fp32", "bf16" })
        {
            JsonElement report = CliRun.Of("check", output, "--io", Golden.Io(family), "--backend", "managed", "--dtype", dtype, "--json").AssertExit(0).Json();
            Assert.Equal(bound, report.GetProperty("bound").GetDouble());
            Assert.Equal(scheme, report.GetProperty("scheme").GetString());
            Assert.InRange(report.GetProperty("error").GetDouble(), bound / 20, bound);
            Assert.Equal(0, report.GetProperty("different_choices").GetInt32());
        }

        // Against its own weights it is exact: 16 bits within their contract too.
        CliRun.Of("check", output, "--backend", "managed").AssertExit(0);
        CliRun.Of("check", output, "--backend", "managed", "--dtype", "fp16").AssertExit(0);
    }

    [Fact]
    public void A_wrong_weight_in_a_quantised_folder_is_a_negative_result()
    {
        string output = Quantize("mixtral", "w8a16");
        string layer = Path.Combine(output, "model-layer-00000.safetensors");
        long first;
        using (SafetensorsFile file = SafetensorsFile.Open(layer))
        {
            first = file.Tensors["model.layers.0.block_sparse_moe.experts.0.w1.weight_scale"].Offset;
        }

        byte[] bytes = File.ReadAllBytes(layer);
        BitConverter.TryWriteBytes(bytes.AsSpan((int)first), 0.5f);
        File.WriteAllBytes(layer, bytes);
        CliRun.Of("check", output, "--io", Golden.Io("mixtral"), "--backend", "managed").AssertExit(1);
    }

    [Theory]
    [InlineData("mixtral", "w8a8")]
    [InlineData("mixtral", "w4a16", "--group-size", "64", "--zero-points", "--search", "mse")]
    [InlineData("mixtral", "w4a16", "--search", "percentile")]
    [InlineData("gpt_oss", "w8a16", "--search", "mse")]
    [InlineData("gpt_oss", "w4a16", "--group-size", "32", "--zero-points")]
    [InlineData("deepseek_v3", "w4a16", "--group-size", "32")]
    public void What_is_loaded_is_what_the_quantiser_made(string family, params string[] scheme)
    {
        using MoeCheckpoint source = MoeCheckpoint.Open(Golden.Folder(family)), output = MoeCheckpoint.Open(Quantize(family, scheme));
        MoeBlock block = source.GetBlock(0);
        QuantizedMoeWeights<BFloat16> loaded = output.GetBlock(0).LoadQuantizedWeights<BFloat16>();
        string search = scheme.SkipWhile(word => word != "--search").Skip(1).FirstOrDefault("absmax");
        QuantizedMoeWeights<BFloat16> made = MoeQuantizer.Quantize(block.LoadWeights<BFloat16>(), new QuantizationOptions
        {
            Format = scheme[0] == "w4a16" ? WeightFormat.Int4Group : WeightFormat.Int8PerChannel,
            GroupSize = scheme.Contains("64") ? 64 : scheme.Contains("32") ? 32 : 128,
            ZeroPoints = scheme.Contains("--zero-points"),
            Search = search == "mse" ? ScaleSearch.MeanSquaredError : search == "percentile" ? ScaleSearch.Percentile : ScaleSearch.AbsMax,
        });
        Assert.Equal((made.Format, made.GroupSize, made.HasZeroPoints, made.Fc1Layout), (loaded.Format, loaded.GroupSize, loaded.HasZeroPoints, loaded.Fc1Layout));
        Assert.Equal(made.Fc1ExpertBiases.ToArray(), loaded.Fc1ExpertBiases.ToArray());
        for (int expert = 0; expert < block.Router.NumExperts; expert++)
        {
            AssertSame(made.Fc1ExpertWeights[expert], loaded.Fc1ExpertWeights[expert]);
            AssertSame(made.Fc2ExpertWeights[expert], loaded.Fc2ExpertWeights[expert]);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_family_and_form_is_read_again(string name)
    {
        using var folder = new TempFolder();
        TinyCheckpoint tiny = FamilyCases.Make(name).Checkpoint;
        int layer = 1;
        string[] only = ["--layer", "1"];
        if (name.EndsWith("mxfp4", StringComparison.Ordinal))
        {
            // Only whole checkpoints of MXFP4 are quantised; the tiny one has tensors of its second layer alone.
            tiny.Write(folder);
            CliRun.Of(["quantize", folder.Path, "--scheme", "w8a16", "-o", _folder.File("none"), .. only]).AssertBadInput("--layer is 1", "MXFP4");
            tiny.MoveTo("model.layers.0.");
            tiny.Config = tiny.Config.Replace("\"num_hidden_layers\":2", "\"num_hidden_layers\":1", StringComparison.Ordinal);
            (layer, only) = (0, []);
            File.Delete(folder.File("model.safetensors"));
        }

        tiny.Write(folder, tensorsPerShard: 5);
        string output = _folder.File("out");
        CliRun.Of(["quantize", folder.Path, "--scheme", "w8a16", "-o", output, .. only]).AssertExit(0);
        using MoeCheckpoint source = MoeCheckpoint.Open(folder.Path), quantized = MoeCheckpoint.Open(output);
        MoeBlock before = source.GetBlock(layer), after = quantized.GetBlock(layer);
        Assert.Equal(WeightFormat.Int8PerChannel, after.QuantizedFormat);
        Assert.Equal(before.Router.Weight.ToArray(), after.Router.Weight.ToArray());
        MoeWeights<float> expected = before.LoadWeights<float>(allowConversion: true), actual = after.LoadWeights<float>(allowConversion: true);
        Assert.Equal((expected.Shape, expected.Fc1Layout), (actual.Shape, actual.Fc1Layout));
        Assert.Equal(expected.Shape.NumExperts, after.LoadQuantizedWeights<Half>().Shape.NumExperts);
        for (int expert = 0; expert < expected.Shape.NumExperts; expert++)
        {
            AssertNear(expected.Fc1ExpertWeights[expert], actual.Fc1ExpertWeights[expert]);
            AssertNear(expected.Fc2ExpertWeights[expert], actual.Fc2ExpertWeights[expert]);
        }
    }

    [Fact]
    public void Everything_else_is_copied_as_it_is()
    {
        using var folder = new TempFolder();
        string source = LayeredCheckpoint.Write(folder), output = _folder.File("out");
        CliRun.Of("quantize", source, "--scheme", "w8a8", "--layer", "1", "-o", output).AssertExit(0);
        foreach (string name in new[] { "tokenizer.json", "notes.bin" })
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(source, name)), File.ReadAllBytes(Path.Combine(output, name)));
        }

        using SafetensorsCheckpoint before = SafetensorsCheckpoint.Open(source), after = SafetensorsCheckpoint.Open(output);
        string[] kept = [.. before.TensorNames.Where(name => !name.Contains("layers.1.block_sparse_moe.experts", StringComparison.Ordinal))];
        Assert.Equal(27, kept.Length);
        Assert.All(kept, name => Assert.Equal(before.GetBytes(name).ToArray(), after.GetBytes(name).ToArray()));
        Assert.Equal(kept.Length + (LayeredCheckpoint.Experts * 3 * 2), after.TensorNames.Count);

        using JsonDocument config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(output, "config.json")));
        JsonElement quantization = config.RootElement.GetProperty("quantization_config");
        Assert.Equal("int-quantized", quantization.GetProperty("format").GetString());
        string[] ignored = [.. quantization.GetProperty("ignore").EnumerateArray().Select(name => name.GetString()!)];
        Assert.Contains("model.layers.1.block_sparse_moe.gate", ignored);
        Assert.Contains("re:model\\.layers\\.0\\..*", ignored);

        // Layer 0 stays as it was and is read beside.
        using MoeCheckpoint whole = MoeCheckpoint.Open(output);
        Assert.Equal([WeightFormat.SameAsDtype, WeightFormat.Int8PerChannel], new[] { 0, 1 }.Select(layer => whole.GetBlock(layer).QuantizedFormat));
    }

    [Fact]
    public void The_report_tells_what_each_expert_lost()
    {
        string output = _folder.File("out");
        CliRun run = CliRun.Of(["quantize", Golden.Folder("qwen2_moe"), "--scheme", .. s_w4a16, "-o", output, "--json"]);
        JsonElement report = run.AssertExit(0).Json();
        Assert.Equal("w4a16", report.GetProperty("scheme").GetString());
        Assert.Equal(32, report.GetProperty("group_size").GetInt32());
        JsonElement[] experts = [.. report.GetProperty("experts").EnumerateArray()];

        // 16 routed, and the shared one.
        Assert.Equal(Enumerable.Range(0, 17), experts.Select(row => row.GetProperty("expert").GetInt32()));
        Assert.All(experts, row => Assert.InRange(row.GetProperty("weight_error").GetDouble(), 0.05, 0.15));
        Assert.All(experts, row => Assert.False(row.TryGetProperty("output_error", out _)));
        int scales = experts[0].GetProperty("scales").GetProperty("counts").EnumerateArray().Sum(count => count.GetInt32());
        Assert.Equal(3 * 96 * 128 / 32, scales);
        Assert.Contains("weight error", CliRun.Of(["quantize", Golden.Folder("qwen2_moe"), "--scheme", .. s_w4a16, "-o", output]).AssertExit(0).Output, StringComparison.Ordinal);
    }

    private static void AssertNear(ReadOnlyMemory<float> expected, ReadOnlyMemory<float> actual) =>
        Assert.InRange(MoeError.RelativeL2<float>(actual.Span, [.. expected.ToArray().Select(value => (double)value)]), 0, 0.012);

    private static void AssertSame(QuantizedMatrix expected, QuantizedMatrix actual)
    {
        Assert.Equal(expected.Codes.ToArray(), actual.Codes.ToArray());
        Assert.Equal(expected.Scales.ToArray(), actual.Scales.ToArray());
        Assert.Equal(expected.ZeroPoints.ToArray(), actual.ZeroPoints.ToArray());
    }

    private string Quantize(string family, params string[] scheme)
    {
        string output = _folder.File("out");
        CliRun.Of(["quantize", Golden.Folder(family), "--scheme", .. scheme, "-o", output]).AssertExit(0);
        return output;
    }
}
