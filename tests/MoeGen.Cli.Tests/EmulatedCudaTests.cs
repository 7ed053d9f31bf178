using System.Text.Json;
using MoeGen.Checkpoints;
using MoeGen.KernelEmulator;
using MoeGen.Tests;

namespace MoeGen.Cli.Tests;

/// <summary>The commands that need a GPU, on an emulated one: the same path, kernels included; times mean nothing.</summary>
public sealed class EmulatedCudaTests
{
    public static TheoryData<string, string> Cases => [.. from family in Golden.Families select (family, family is "qwen3_moe" or "gpt_oss" ? "fp16" : "bf16")];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_golden_folder_passes_on_the_device(string family, string dtype)
    {
        var driver = Emulator();
        JsonElement report = CliRun.On(Access(driver), "check", Golden.Folder(family), "--io", Golden.Io(family), "--dtype", dtype, "--json").AssertExit(0).Json();
        Assert.Equal("cuda", report.GetProperty("backend").GetString());
        Assert.Equal(0, report.GetProperty("different_choices").GetInt32());
        Assert.InRange(report.GetProperty("error").GetDouble(), 1e-5, report.GetProperty("bound").GetDouble());
        Assert.Empty(driver.Faults);
    }

    [Theory]
    [InlineData("mixtral", "w8a8", "bf16")]
    [InlineData("qwen2_moe", "w4a16", "fp16")]
    [InlineData("qwen3_moe", "w8a16", "bf16")]
    [InlineData("deepseek_v3", "w4a16-zero-points", "bf16")]
    [InlineData("gpt_oss", "w8a8", "fp16")]
    public void A_quantised_folder_passes_on_the_device(string family, string scheme, string dtype)
    {
        var driver = Emulator();
        using TestFolder folder = new();
        string output = QuantizedGolden.Write(family, scheme, folder);
        JsonElement report = CliRun.On(Access(driver), "check", output, "--io", Golden.Io(family), "--dtype", dtype, "--json").AssertExit(0).Json();
        Assert.Equal("cuda", report.GetProperty("backend").GetString());
        Assert.EndsWith($", {QuantizedGolden.WordOf(scheme)} codes", report.GetProperty("device").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, report.GetProperty("different_choices").GetInt32());
        CliRun.On(Access(driver), "check", output, "--tokens", "5", "--dtype", dtype).AssertExit(0);
        Assert.Empty(driver.Faults);
    }

    [Fact]
    public void MXFP4_runs_as_codes_and_where_a_scale_is_beyond_the_kernels_expanded()
    {
        var driver = Emulator();
        using var folder = new TempFolder();
        TinyCheckpoint tiny = FamilyCases.Make("gpt_oss mxfp4").Checkpoint;
        string[] arguments = ["check", folder.Path, "--layer", "1", "--tokens", "9"];
        tiny.Write(folder);
        Assert.Contains(", mxfp4 codes", CliRun.On(Access(driver), arguments).AssertExit(0).Output, StringComparison.Ordinal);

        // 2^(129 - 127) in one group.
        byte[] exponents = [129, .. Enumerable.Repeat((byte)123, (8 * 128) - 1)];
        tiny.Add("mlp.experts.gate_up_proj_scales", SafetensorsDtype.U8, [8, 128, 1], exponents);
        tiny.Write(folder);
        Assert.Contains(", mxfp4 expanded to BF16", CliRun.On(Access(driver), arguments).AssertExit(0).Output, StringComparison.Ordinal);
        Assert.Empty(driver.Faults);
    }

    [Fact]
    public void Few_tokens_are_compared_with_the_reference()
    {
        var driver = Emulator();
        CliRun.On(Access(driver), "check", Golden.Folder("mixtral"), "--tokens", "3").AssertExit(0);
        Assert.Empty(driver.Faults);
    }

    [Fact]
    public void A_layer_is_timed_and_tuned()
    {
        var driver = Emulator();
        GpuAccess gpu = Access(driver);
        string[] shape = ["-E", "2", "-K", "1", "-H", "16", "-I", "16", "-T", "1", "--json"];
        JsonElement row = CliRun.On(gpu, ["bench", .. shape, "--dtype", "fp16", "--activation", "relu2"]).AssertExit(0).Json().GetProperty("rows").EnumerateArray().Single();
        Assert.Equal(("decode", 1), (row.GetProperty("variant").GetString(), row.GetProperty("experts_touched").GetInt32()));
        Assert.True(row.GetProperty("microseconds").GetDouble() > 0);

        using TestFolder folder = new();
        string table = folder.File("table.json");
        CliRun.On(gpu, ["tune", .. shape, "-o", table]).AssertExit(0);
        CliRun.On(gpu, ["tune", .. shape, "-o", table]).AssertExit(0);
        Assert.Equal(1, TuningTable.Load(table).Entries.Single().Points.Single().NumTokens);
        Assert.Equal("Table", CliRun.On(gpu, ["bench", .. shape, "--tuning", table]).AssertExit(0).Json().GetProperty("rows")[0].GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData("MoeGen.Cli.Tests.Outer.NestedMoe")]
    [InlineData("MoeGen.Cli.Tests.RoutedMoe")]
    public void A_class_of_another_assembly_is_timed(string name)
    {
        var driver = Emulator();
        string assembly = typeof(EmulatedCudaTests).Assembly.Location;
        string[] layer = ["--assembly", assembly, "--class", name, "-E", "2", "-K", "1", "-H", "16", "-I", "16"];
        JsonElement report = CliRun.On(Access(driver), ["bench", .. layer, "-T", "2", "12", "--json"]).AssertExit(0).Json();
        Assert.Equal(name, report.GetProperty("layer").GetString());
        Assert.Equal(["decode", "m64n64k64s4"], report.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("variant").GetString()));
        report = CliRun.On(Access(driver), ["bench", .. layer, "-T", "2", "--variant", "m64n64k64s4", "--json"]).AssertExit(0).Json();
        Assert.Equal("m64n64k64s4", report.GetProperty("rows")[0].GetProperty("variant").GetString());
        JsonElement points = CliRun.On(Access(driver), ["tune", .. layer, "-T", "6", "--json"]).AssertExit(0).Json().GetProperty("points");
        Assert.Contains(Assert.Single(points.EnumerateArray()).GetProperty("variant").GetString(), (string[])["decode", "m64n64k64s4"]);
        CliRun.On(Access(driver, "m64n64k64s4"), ["tune", .. layer]).AssertBadInput("there is nothing to choose");
    }

    [Theory]
    [InlineData("W8A8Fp16SwigluSoftmaxTopK", "FP16", 32)]
    [InlineData("W4A16Group32ZeroPointsBf16SwigluSoftmaxTopK", "BF16", 32)]
    [InlineData("Mxfp4Bf16SwigluOaiTopKSoftmax", "BF16", 32)]
    public void A_class_that_takes_codes_is_timed(string name, string dtype, int group)
    {
        var driver = Emulator();
        string assembly = typeof(GpuAccess).Assembly.Location;
        string[] layer = ["bench", "--assembly", assembly, "--class", $"MoeGen.Cli.Layers.{name}", "-E", "2", "-K", "1", "-T", "2", "-I", "32", "--json"];
        JsonElement report = CliRun.On(Access(driver), [.. layer, "-H", $"{group}"]).AssertExit(0).Json();
        Assert.Equal(dtype, report.GetProperty("dtype").GetString(), ignoreCase: true);
        Assert.True(report.GetProperty("rows")[0].GetProperty("microseconds").GetDouble() > 0);
        Assert.Empty(driver.Faults);
        if (!name.StartsWith("W8", StringComparison.Ordinal))
        {
            CliRun.On(Access(driver), [.. layer, "-H", "40"]).AssertBadInput("--hidden is 40", "multiples of 32");
        }
    }

    private static EmulatedCudaDriver Emulator()
    {
        Assert.SkipUnless(HostCompiler.IsAvailable(out string reason), $"NOT RUN, no kernel was executed: {reason}");
        return new EmulatedCudaDriver();
    }

    private static GpuAccess Access(EmulatedCudaDriver driver, string? variant = null) =>
        new(() => "", () => new CudaContext(driver), EmulatedKernelCompiler.Options() with { Variant = variant });
}
