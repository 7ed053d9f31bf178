using System.Text.Json;
using MoeGen.Checkpoints;
using MoeGen.Cli.Blocks;
using MoeGen.Tests;

namespace MoeGen.Cli.Tests;

/// <summary><c>moegen check</c> and <c>run</c> of quantised folders: the classes that take codes, on the managed backend.</summary>
public sealed class QuantizedCheckTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public static TheoryData<string, string, string> Cases => QuantizedGolden.Cases;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_class_takes_the_codes_of_a_recorded_family(string family, string scheme, string dtype)
    {
        string output = QuantizedGolden.Write(family, scheme, _folder), word = QuantizedGolden.WordOf(scheme);
        string[] options = ["--backend", "managed", "--dtype", dtype, "--json"];
        JsonElement report = CliRun.Of(["check", output, "--io", Golden.Io(family), .. options]).AssertExit(0).Json();
        Assert.Equal(word, report.GetProperty("scheme").GetString());
        Assert.EndsWith($", {word} codes", report.GetProperty("device").GetString(), StringComparison.Ordinal);
        double bound = report.GetProperty("bound").GetDouble();
        Assert.InRange(report.GetProperty("error").GetDouble(), bound / 20, bound);
        Assert.Equal(0, report.GetProperty("different_choices").GetInt32());

        // Against its own codes nothing but rounding is left.
        JsonElement own = CliRun.Of(["check", output, "--tokens", "20", .. options]).AssertExit(0).Json();
        Assert.InRange(own.GetProperty("error").GetDouble(), 1e-6, 3.5e-3);
    }

    [Theory]
    [InlineData("--group-size", "64")]
    [InlineData("--group-size", "64", "--zero-points")]
    [InlineData("--group-size", "128")]
    [InlineData("--group-size", "128", "--zero-points")]
    public void Every_group_size_has_its_class(params string[] scheme)
    {
        string output = _folder.File("out");
        CliRun.Of(["quantize", Golden.Folder("mixtral"), "--scheme", "w4a16", .. scheme, "-o", output]).AssertExit(0);
        CliRun run = CliRun.Of("check", output, "--io", Golden.Io("mixtral"), "--backend", "managed", "--dtype", "bf16").AssertExit(0);
        Assert.Contains(", w4a16 codes", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_run_is_what_is_checked()
    {
        string output = QuantizedGolden.Write("gpt_oss", "w4a16", _folder), written = _folder.File("output.safetensors");
        CliRun.Of("run", output, "--io", Golden.Io("gpt_oss"), "--out", written, "--backend", "managed", "--dtype", "fp16").AssertExit(0);
        using SafetensorsFile file = SafetensorsFile.Open(written), recorded = SafetensorsFile.Open(Golden.Io("gpt_oss"));
        double[] expected = [.. recorded.Get<float>("output_fp32").ToArray().Select(value => (double)value)];
        Assert.InRange(MoeError.RelativeL2<Half>(file.Get<Half>("output").Span, expected), 0.01, 0.18);
        Assert.EndsWith(", w4a16 codes", file.Metadata["device"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bf16")]
    [InlineData("fp16")]
    public void MXFP4_of_gpt_oss_is_taken_as_codes_with_the_models_constants(string dtype)
    {
        using var folder = new TempFolder();
        FamilyCases.Make("gpt_oss mxfp4").Checkpoint.Write(folder);
        CliRun run = CliRun.Of("check", folder.Path, "--layer", "1", "--tokens", "9", "--backend", "managed", "--dtype", dtype).AssertExit(0);
        Assert.Contains(", mxfp4 codes", run.Output, StringComparison.Ordinal);

        // In fp32 weights are expanded: another path with the same constants.
        CliRun.Of("run", folder.Path, "--layer", "1", "--io", Input(32), "--out", _folder.File("fp32"), "--backend", "managed").AssertExit(0);
        CliRun.Of("run", folder.Path, "--layer", "1", "--io", Input(32), "--out", _folder.File("codes"), "--backend", "managed", "--dtype", "fp16").AssertExit(0);
        using SafetensorsFile wide = SafetensorsFile.Open(_folder.File("fp32")), codes = SafetensorsFile.Open(_folder.File("codes"));
        double[] expected = [.. wide.Get<float>("output").ToArray().Select(value => (double)value)];
        Assert.InRange(MoeError.RelativeL2<Half>(codes.Get<Half>("output").Span, expected), 0, 2e-3);
    }

    [Theory]
    [InlineData("granitemoe", "w8a16")]
    [InlineData("phimoe", "w8a16")]
    public void A_router_without_a_class_is_run_with_expanded_weights(string family, string scheme)
    {
        using var folder = new TempFolder();
        TinyCheckpoint tiny = FamilyCases.Make(family).Checkpoint;
        tiny.Write(folder);
        string output = _folder.File("out");
        CliRun.Of("quantize", folder.Path, "--scheme", scheme, "--layer", "1", "-o", output).AssertExit(0);
        CliRun run = CliRun.Of("check", output, "--layer", "1", "--tokens", "9", "--backend", "managed", "--dtype", "bf16").AssertExit(0);
        Assert.Contains($", {scheme} expanded to BF16", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void In_fp32_weights_are_expanded_and_it_says_so()
    {
        string output = QuantizedGolden.Write("qwen2_moe", "w8a16", _folder);
        CliRun run = CliRun.Of("check", output, "--io", Golden.Io("qwen2_moe"), "--backend", "managed").AssertExit(0);
        Assert.Contains(", w8a16 expanded to FP32", run.Output, StringComparison.Ordinal);
    }

    private string Input(int hiddenSize)
    {
        var writer = new SafetensorsWriter();
        writer.Add<float>("input", [7, hiddenSize], RecordedCall.Random(7, hiddenSize).Input);
        string path = _folder.File("input.safetensors");
        writer.Save(path);
        return path;
    }
}
