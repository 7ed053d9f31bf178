using System.Text;
using System.Text.Json;

namespace MoeGen.Cli.Tests;

/// <summary><c>moegen emit</c>.</summary>
public sealed class EmitTests : IDisposable
{
    private static readonly string s_assembly = typeof(EmitTests).Assembly.Location;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_class_is_a_file_with_the_text_that_the_compiler_gets()
    {
        string folder = _folder.File("cuda");
        CliRun.Of("emit", s_assembly, "-o", folder).AssertExit(0);
        Assert.Equal(
            ["MoeGen.Cli.Tests.AnnotatedMoe.cu", "MoeGen.Cli.Tests.Outer.NestedMoe.cu", "MoeGen.Cli.Tests.RoutedMoe.cu"],
            Directory.GetFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.Equal(AnnotatedMoe.CudaSource.ToArray(), File.ReadAllBytes(Path.Combine(folder, "MoeGen.Cli.Tests.AnnotatedMoe.cu")));
        Assert.Equal(Outer.NestedMoe.CudaSource.ToArray(), File.ReadAllBytes(Path.Combine(folder, "MoeGen.Cli.Tests.Outer.NestedMoe.cu")));
        CliRun.Of("emit", s_assembly, "--check", folder).AssertExit(0);
    }

    [Fact]
    public void What_differs_is_missing_or_surplus_fails_the_check()
    {
        string folder = _folder.File("cuda");
        CliRun.Of("emit", s_assembly, "-o", folder).AssertExit(0);
        string changed = Path.Combine(folder, "MoeGen.Cli.Tests.AnnotatedMoe.cu");
        string text = File.ReadAllText(changed);
        File.WriteAllText(changed, text.Replace("\n", "\r\n", StringComparison.Ordinal));
        CliRun.Of("emit", s_assembly, "--check", folder).AssertExit(0);

        File.WriteAllText(changed, text.Replace("kTileM = 64;", "kTileM = 32;", StringComparison.Ordinal));
        File.Delete(Path.Combine(folder, "MoeGen.Cli.Tests.Outer.NestedMoe.cu"));
        File.WriteAllText(Path.Combine(folder, "Old.Moe.cu"), "");
        CliRun run = CliRun.Of("emit", s_assembly, "--check", folder).AssertExit(1);
        string[] lines = run.Output.ReplaceLineEndings("\n").Split('\n');
        Assert.Contains(lines, line => line.StartsWith("-    static constexpr int kTileM = 32;", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("+    static constexpr int kTileM = 64;", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("missing", StringComparison.Ordinal) && line.Contains("Outer.NestedMoe.cu", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("surplus", StringComparison.Ordinal) && line.Contains("Old.Moe.cu", StringComparison.Ordinal));
        Assert.InRange(lines.Length, 5, 40);

        JsonElement report = CliRun.Of("emit", s_assembly, "--check", folder, "--json").AssertExit(1).Json();
        Assert.False(report.GetProperty("ok").GetBoolean());
        Assert.Equal(
            ["managed", "differs", "missing", "same", "surplus"], report.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("state").GetString()!));
        Assert.Equal(text, File.ReadAllText(changed).Replace("kTileM = 32;", "kTileM = 64;", StringComparison.Ordinal));
    }

    [Fact]
    public void Classes_are_listed_where_nothing_is_written()
    {
        CliRun run = CliRun.Of("emit", s_assembly).AssertExit(0);
        Assert.Contains("embedded MoeGen.Cli.Tests.AnnotatedMoe", run.Output, StringComparison.Ordinal);
        Assert.Contains("managed  MoeGen.Cli.Tests.ReferenceMoe", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_assembly_of_annotated_classes_is_refused()
    {
        CliRun.Of("emit", _folder.File("none.dll")).AssertBadInput("none.dll does not exist");
        File.WriteAllText(_folder.File("text.dll"), "text");
        CliRun.Of("emit", _folder.File("text.dll")).AssertBadInput("text.dll is no .NET assembly");
        CliRun.Of("emit", typeof(string).Assembly.Location).AssertBadInput("[MoeConfig]");
        CliRun.Of("emit", s_assembly, "--check", _folder.File("none")).AssertBadInput("--check", "-o");
    }

    [Fact]
    public void Damaged_assemblies_are_read_or_refused()
    {
        byte[] right = File.ReadAllBytes(s_assembly);
        string path = _folder.File("damaged.dll");
        var random = new Random(1);
        for (int i = 0; i < 300; i++)
        {
            byte[] damaged = right[..(i % 3 == 0 ? random.Next(right.Length) : right.Length)];
            for (int change = 0; change < 1 << (i % 12) && damaged.Length > 0; change++)
            {
                // The tables and signatures are in the last quarter; the headers in the first kilobyte.
                int place = change % 2 == 0 ? random.Next(damaged.Length * 3 / 4, damaged.Length) : random.Next(Math.Min(1024, damaged.Length));
                damaged[place] = (byte)random.Next(256);
            }

            File.WriteAllBytes(path, damaged);
            CliRun run = CliRun.Of("emit", path);
            Assert.True(run.ExitCode is 0 or 2, $"case {i} ended with {run.ExitCode}: {run.Error}");
            Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_tools_own_classes_are_read_too() =>
        Assert.Equal(
            Encoding.UTF8.GetString(Layers.Bf16Swiglu.CudaSource),
            Encoding.UTF8.GetString(Emit.EmbeddedSources.Read(typeof(ExitCode).Assembly.Location).Single(source => source.Class == "MoeGen.Cli.Layers.Bf16Swiglu").Text));
}
