using System.Text.Json;

namespace MoeGen.Cli.Tests;

/// <summary><c>moegen check --backend cuda</c>: part of the GPU tier.</summary>
public sealed class CudaCheckTests
{
    public static TheoryData<string, string> Cases => [.. from family in Golden.Families from dtype in new[] { "bf16", "fp16" } select (family, dtype)];

    public static TheoryData<string, string, string> QuantizedCases => QuantizedGolden.Cases;

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_golden_folder_passes(string family, string dtype)
    {
        RequireGpu();
        JsonElement report = CliRun.Of("check", Golden.Folder(family), "--io", Golden.Io(family), "--backend", "cuda", "--dtype", dtype, "--json").AssertExit(0).Json();
        Assert.Equal("cuda", report.GetProperty("backend").GetString());
        Assert.True(report.GetProperty("ok").GetBoolean());
        Assert.Equal(0, report.GetProperty("different_choices").GetInt32());
        Assert.InRange(report.GetProperty("error").GetDouble(), 1e-5, report.GetProperty("bound").GetDouble());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Random_input_passes(string family, string dtype)
    {
        RequireGpu();
        CliRun.Of("check", Golden.Folder(family), "--backend", "cuda", "--dtype", dtype, "--tokens", "200").AssertExit(0);
    }

    [Theory]
    [MemberData(nameof(QuantizedCases))]
    public void A_quantised_folder_passes(string family, string scheme, string dtype)
    {
        RequireGpu();
        using TestFolder folder = new();
        string output = QuantizedGolden.Write(family, scheme, folder);
        string[] options = ["--backend", "cuda", "--dtype", dtype, "--json"];
        JsonElement report = CliRun.Of(["check", output, "--io", Golden.Io(family), .. options]).AssertExit(0).Json();
        Assert.EndsWith($", {QuantizedGolden.WordOf(scheme)} codes", report.GetProperty("device").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, report.GetProperty("different_choices").GetInt32());
        CliRun.Of(["check", output, "--tokens", "200", .. options]).AssertExit(0);
    }

    [Fact]
    public void Bench_and_tune_time_a_small_layer()
    {
        RequireGpu();
        string[] shape = ["-E", "8", "-K", "2", "-H", "256", "-I", "256", "-T", "1", "64", "--json"];
        JsonElement rows = CliRun.Of(["bench", .. shape]).AssertExit(0).Json().GetProperty("rows");
        Assert.Equal(2, rows.GetArrayLength());
        Assert.All(rows.EnumerateArray(), row => Assert.InRange(row.GetProperty("microseconds").GetDouble(), 1, 1e5));

        using TestFolder folder = new();
        string table = folder.File("table.json");
        CliRun.Of(["tune", .. shape, "-o", table]).AssertExit(0);
        Assert.Equal(2, TuningTable.Load(table).Entries.Single().Points.Count);
        Assert.Contains("1 match", CliRun.Of("info", "--tuning", table).AssertExit(0).Output, StringComparison.Ordinal);
    }

    private static void RequireGpu()
    {
        Assert.SkipUnless(CudaContext.IsAvailable(out string noDevice), $"NOT RUN, no CUDA device: {noDevice}");
        Assert.SkipUnless(NvrtcCompiler.IsAvailable(out string noCompiler), $"NOT RUN, no NVRTC: {noCompiler}");
    }
}
