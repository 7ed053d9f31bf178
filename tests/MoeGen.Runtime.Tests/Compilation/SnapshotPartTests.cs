using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace MoeGen.Runtime.Tests.Compilation;

/// <summary>The parts of every committed text that has them, each through NVRTC alone: together they hold every kernel once, where the launchers look for it.</summary>
public sealed partial class SnapshotPartTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Snapshots");

    public static TheoryData<string> Texts =>
        [.. Directory.EnumerateFiles(Folder, "*.verified.cu", SearchOption.AllDirectories).Order()
            .Where(path => File.ReadAllText(path).Contains("defined(MOE_PART_", StringComparison.Ordinal)).Select(path => Path.GetRelativePath(Folder, path))];

    [Fact]
    public void Some_texts_have_parts() => Assert.NotEmpty(Texts);

    [Theory, MemberData(nameof(Texts))]
    public void A_part_holds_the_kernels_that_its_launchers_name(string snapshot)
    {
        if (!NvrtcCompiler.IsAvailable(out string reason))
        {
            Assert.Skip($"NOT RUN, no NVRTC (scripts/install-nvrtc brings it): {reason}");
        }

        string path = Path.Combine(Folder, snapshot);
        byte[] text = File.ReadAllBytes(path);
        IKernelCompiler compiler = new NvrtcCompiler();
        var launchers = KernelCall().Matches(File.ReadAllText(path.Replace(".verified.cu", ".g.verified.cs", StringComparison.Ordinal)))
            .ToLookup(match => match.Groups["part"].Value, match => match.Groups["kernel"].Value);
        Assert.InRange(launchers.Count, 3, 16);
        foreach (IGrouping<string, string> part in launchers)
        {
            // PTX tells the names; what ptxas makes of the same kernels is checked for the whole text.
            CompiledKernel compiled = compiler.Compile(text, snapshot, CompilationTarget.Parse("compute_80") with { Part = part.Key });
            IEnumerable<string> entries = Entry().Matches(Encoding.ASCII.GetString(compiled.Image.Span)).Select(match => match.Groups["kernel"].Value);
            Assert.Equal(part.Distinct().Order(StringComparer.Ordinal), entries.Order(StringComparer.Ordinal));
        }
    }

    [GeneratedRegex("""parts\.Kernel\("(?<part>\w*)", "(?<kernel>\w+)",""")]
    private static partial Regex KernelCall();

    [GeneratedRegex("""\.entry (?<kernel>\w+)""")]
    private static partial Regex Entry();
}
