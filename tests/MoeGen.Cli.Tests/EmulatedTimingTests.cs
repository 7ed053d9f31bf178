using System.Text.Json;
using MoeGen.KernelEmulator;
using MoeGen.Tests;

namespace MoeGen.Cli.Tests;

/// <summary><c>moegen bench</c> and <c>moegen tune</c> on an emulated GPU.</summary>
public sealed class EmulatedTimingTests
{
    [Fact]
    public void A_layer_is_timed_and_tuned()
    {
        var driver = EmulatedGpu.Emulator();
        GpuAccess gpu = EmulatedGpu.Access(driver);
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
        var driver = EmulatedGpu.Emulator();
        string assembly = typeof(EmulatedTimingTests).Assembly.Location;
        string[] layer = ["--assembly", assembly, "--class", name, "-E", "2", "-K", "1", "-H", "16", "-I", "16"];
        JsonElement report = CliRun.On(EmulatedGpu.Access(driver), ["bench", .. layer, "-T", "2", "12", "--json"]).AssertExit(0).Json();
        Assert.Equal(name, report.GetProperty("layer").GetString());
        Assert.Equal(["decode", "m64n64k64s4"], report.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("variant").GetString()));
        report = CliRun.On(EmulatedGpu.Access(driver), ["bench", .. layer, "-T", "2", "--variant", "m64n64k64s4", "--json"]).AssertExit(0).Json();
        Assert.Equal("m64n64k64s4", report.GetProperty("rows")[0].GetProperty("variant").GetString());
        JsonElement points = CliRun.On(EmulatedGpu.Access(driver), ["tune", .. layer, "-T", "6", "--json"]).AssertExit(0).Json().GetProperty("points");
        Assert.Contains(Assert.Single(points.EnumerateArray()).GetProperty("variant").GetString(), (string[])["decode", "m64n64k64s4"]);
        CliRun.On(EmulatedGpu.Access(driver, "m64n64k64s4"), ["tune", .. layer]).AssertBadInput("there is nothing to choose");
    }

    [Theory]
    [InlineData("W8A8Fp16SwigluSoftmaxTopK", "FP16", 32)]
    [InlineData("W4A16Group32ZeroPointsBf16SwigluSoftmaxTopK", "BF16", 32)]
    [InlineData("Mxfp4Bf16SwigluOaiTopKSoftmax", "BF16", 32)]
    public void A_class_that_takes_codes_is_timed(string name, string dtype, int group)
    {
        var driver = EmulatedGpu.Emulator();
        string assembly = typeof(GpuAccess).Assembly.Location;
        string[] layer = ["bench", "--assembly", assembly, "--class", $"MoeGen.Cli.Layers.{name}", "-E", "2", "-K", "1", "-T", "2", "-I", "32", "--json"];
        JsonElement report = CliRun.On(EmulatedGpu.Access(driver), [.. layer, "-H", $"{group}"]).AssertExit(0).Json();
        Assert.Equal(dtype, report.GetProperty("dtype").GetString(), ignoreCase: true);
        Assert.True(report.GetProperty("rows")[0].GetProperty("microseconds").GetDouble() > 0);
        Assert.Empty(driver.Faults);
        if (!name.StartsWith("W8", StringComparison.Ordinal))
        {
            CliRun.On(EmulatedGpu.Access(driver), [.. layer, "-H", "40"]).AssertBadInput("--hidden is 40", "multiples of 32");
        }
    }
}
