using MoeGen.Checkpoints;

namespace MoeGen.Cli.Tests;

/// <summary>What <c>moegen quantize</c> refuses: exit code 2, and nothing is written.</summary>
public sealed class QuantizeBadInputTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Options_that_do_not_go_together()
    {
        Run("--scheme", "w3a3").AssertBadInput("--scheme is 'w3a3'", "w8a8, w8a16, w4a16");
        Run().AssertBadInput("--scheme");
        Run("--scheme", "w8a8", "--group-size", "32").AssertBadInput("--group-size is given and --scheme is w8a8", "w4a16");
        Run("--scheme", "w8a16", "--zero-points").AssertBadInput("--zero-points is given and --scheme is w8a16", "w4a16");
        Run("--scheme", "w4a16", "--group-size", "48").AssertBadInput("--group-size is 48; allowed are 32, 64 and 128");
        Run("--scheme", "w8a8", "--search", "best").AssertBadInput("--search is 'best'", "absmax, percentile, mse");
        Run("--scheme", "w8a8", "--search", "feedback", "--calibrate", Golden.Io("mixtral")).AssertBadInput("--search is feedback and --scheme is w8a8", "absmax, percentile and mse");
        Run("--scheme", "w8a16", "--search", "feedback", "--calibrate", Golden.Io("mixtral")).AssertBadInput("--search is feedback and --scheme is w8a16", "absmax, percentile and mse");
        Run("--scheme", "w4a16", "--search", "feedback").AssertBadInput("--search is feedback and --calibrate is left out", "--calibrate");
        Run("--scheme", "w8a8", "--smooth").AssertBadInput("--smooth is given", "without --calibrate");
        Run("--scheme", "w4a16", "--static-scales", "--calibrate", Golden.Io("mixtral")).AssertBadInput("--static-scales is given with --scheme w4a16", "w8a8");
        Run("--scheme", "w8a8", "--layer", "1").AssertBadInput("--layer is 1; allowed is 0 to 0");
        Assert.False(Directory.Exists(_folder.File("out")));
    }

    [Fact]
    public void Folders_that_cannot_be_read_or_written()
    {
        string copy = Golden.Copy("mixtral", _folder);
        CliRun.Of("quantize", copy, "--scheme", "w8a8", "-o", copy + "/").AssertBadInput("-o", "the checkpoint's own folder");
        CliRun.Of("quantize", _folder.File("none"), "--scheme", "w8a8", "-o", _folder.File("out")).AssertBadInput(_folder.File("none"), "no folder");
        CliRun.Of("quantize", copy, "--scheme", "w8a8", "-o", _folder.Path).AssertBadInput(_folder.Path, "no moegen-quantize.json");
        string once = _folder.File("once");
        CliRun.Of("quantize", copy, "--scheme", "w8a8", "-o", once).AssertExit(0);
        CliRun.Of("quantize", once, "--scheme", "w8a8", "-o", _folder.File("twice")).AssertBadInput(once, "quantised in integers already");
    }

    [Fact]
    public void Sizes_that_groups_do_not_divide() => CliRun.Of("quantize", Golden.Folder("qwen3_moe"), "--scheme", "w4a16", "-o", _folder.File("out"))
        .AssertBadInput("model.layers.0.mlp.experts.0.down_proj is [128, 96]", "multiples of 128 (--group-size 128)");

    [Fact]
    public void Samples_that_are_not_those_of_the_layer()
    {
        Run("--scheme", "w4a16", "--calibrate", _folder.File("none")).AssertBadInput("--calibrate", "does not exist");
        string samples = _folder.File("samples.safetensors");
        var writer = new SafetensorsWriter();
        writer.Add<float>("layers.3.input", [1, 128], new float[128]);
        writer.Add<float>("layers.0.input", [2, 64], new float[128]);
        writer.Save(samples);
        Run("--scheme", "w4a16", "--calibrate", samples).AssertBadInput("'layers.0.input' F32 [2, 64] does not fit", "[T, 128]");
        var other = new SafetensorsWriter();
        other.Add<float>("layers.3.input", [1, 128], new float[128]);
        other.Save(samples);
        CliRun.Of("quantize", Golden.Folder("mixtral"), "--scheme", "w4a16", "--calibrate", samples, "-o", _folder.File("other"))
            .AssertBadInput("no tensor 'layers.0.input'", "[T, 128]");
    }

    [Theory]
    [InlineData("w8a8")]
    [InlineData("w4a16", "--calibrate")]
    [InlineData("w4a16", "--calibrate", "--search", "feedback")]
    [InlineData("w8a8", "--calibrate")]
    public void A_weight_that_is_no_number_is_named(string scheme, params string[] more)
    {
        QuantizeDamaged(scheme, more).AssertBadInput("experts.2.w2.weight' BF16 [128, 256]", "NaN at row 1, column 7");
        Assert.Empty(Directory.GetFiles(_folder.File("out"), "*.safetensors*"));
    }

    [Theory]
    [InlineData("--smooth")]
    [InlineData("--static-scales")]
    public void So_is_one_that_is_met_before_anything_is_written(string option)
    {
        QuantizeDamaged("w8a8", "--calibrate", option).AssertBadInput("layer 0 of", "fc2ExpertWeights of expert 2 holds NaN at row 1, column 7", "finite");
        Assert.Empty(Directory.GetFiles(_folder.File("out"), "*.safetensors*"));
    }

    // Row 1, column 7 of a matrix of expert 2 is NaN; --calibrate gets the recorded samples.
    private CliRun QuantizeDamaged(string scheme, params string[] more)
    {
        string copy = Golden.Copy("mixtral", _folder);
        string model = Path.Combine(copy, "model.safetensors");
        byte[] bytes = File.ReadAllBytes(model);
        using (SafetensorsFile file = SafetensorsFile.Open(Path.Combine(Golden.Folder("mixtral"), "model.safetensors")))
        {
            long offset = file.Tensors["model.layers.0.block_sparse_moe.experts.2.w2.weight"].Offset;
            BitConverter.TryWriteBytes(bytes.AsSpan((int)offset + 2 * (256 + 7)), BFloat16.FromBits(0x7FC0).ToBits());
        }

        File.WriteAllBytes(model, bytes);
        string[] options = [.. more.SelectMany(option => option == "--calibrate" ? [option, Golden.Io("mixtral")] : new[] { option })];
        return CliRun.Of(["quantize", copy, "--scheme", scheme, "-o", _folder.File("out"), .. options]);
    }

    private CliRun Run(params string[] options) => CliRun.Of(["quantize", Golden.Folder("mixtral"), "-o", _folder.File("out"), .. options]);
}
