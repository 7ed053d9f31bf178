using System.Text.Json;

namespace MoeGen.Cli.Tests;

/// <summary><c>moegen info</c>.</summary>
public sealed class InfoTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_here_and_what_was_tried_is_said()
    {
        JsonElement report = CliRun.Of("info", "--json").AssertExit(0).Json();
        Assert.Equal("0.1.0", report.GetProperty("version").GetString());
        bool hasGpu = CudaContext.IsAvailable(out string reason);
        Assert.Equal(hasGpu, report.GetProperty("gpus").GetArrayLength() > 0);
        Assert.Equal(hasGpu ? null : reason, report.TryGetProperty("no_gpu", out JsonElement noGpu) ? noGpu.GetString() : null);
        foreach (string library in new[] { "nvrtc", "cublas" })
        {
            JsonElement found = report.GetProperty(library);
            Assert.Equal(!found.GetProperty("found").GetBoolean(), found.TryGetProperty("tried", out JsonElement tried) && tried.GetArrayLength() > 0);
        }

        Assert.Equal(new KernelCache().Folder, report.GetProperty("cache").GetProperty("folder").GetString());
        Assert.Equal(NvrtcCompiler.IsAvailable(out _), report.GetProperty("nvrtc").GetProperty("found").GetBoolean());
    }

    [Fact]
    public void Entries_of_a_tuning_table_match_or_say_why_not()
    {
        string path = _folder.File("table.json");
        TuningEntry entry = new()
        {
            Layer = "Some.Moe",
            Device = "some device",
            ComputeCapability = "8.0",
            MultiprocessorCount = 1,
            TextHash = TunedChoices.Hash(AnnotatedMoe.CudaSource),
            NumExperts = 8,
            TopK = 2,
            HiddenSize = 64,
            IntermediateSize = 64,
            Points = [new TuningPoint { NumTokens = 1, Variant = "m64n64k64s4", Microseconds = 1 }],
        };
        new TuningTable([entry, entry with { TextHash = new string('0', 64) }]).Save(path);

        string[] problems = [.. Problems("--assembly", typeof(InfoTests).Assembly.Location)];
        Assert.Contains("GPU", problems[0], StringComparison.Ordinal);
        Assert.Contains("CUDA text", problems[1], StringComparison.Ordinal);
        Assert.All(Problems(), problem => Assert.Contains("CUDA text", problem, StringComparison.Ordinal));
        Assert.Contains("2 entries, 0 match", CliRun.Of("info", "--tuning", path).AssertExit(0).Output, StringComparison.Ordinal);
        File.WriteAllText(path, "{}");
        CliRun.Of("info", "--tuning", path).AssertBadInput(path, "formatVersion");

        IEnumerable<string> Problems(params string[] more) => CliRun.Of(["info", "--tuning", path, "--json", .. more]).AssertExit(0).Json()
            .GetProperty("tuning").GetProperty("entries").EnumerateArray().Select(item => item.GetProperty("problem").GetString()!);
    }
}
