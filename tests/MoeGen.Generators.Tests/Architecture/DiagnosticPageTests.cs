using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using MoeGen.Generators.Diagnostics;
using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests.Architecture;

/// <summary>docs/diagnostics: one page a rule, headed by its descriptor, with examples that do what they say; and an index of them.</summary>
public sealed partial class DiagnosticPageTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "docs", "diagnostics");

    public static TheoryData<string> Ids => [.. DiagnosticDescriptors.All.Select(descriptor => descriptor.Id)];

    [Fact]
    public void There_is_a_page_for_each_rule_and_for_nothing_else() => Assert.Equal(
        DiagnosticDescriptors.All.Select(descriptor => $"{descriptor.Id}.md").Append("README.md"),
        Directory.EnumerateFiles(Folder).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_help_link_leads_to_the_page(string id) => Assert.Equal(
        $"https://github.com/moegen/moegen/blob/main/docs/diagnostics/{id}.md", DiagnosticDescriptors.Of(id).HelpLinkUri);

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_page_is_headed_by_the_descriptor(string id)
    {
        DiagnosticDescriptor descriptor = DiagnosticDescriptors.Of(id);
        string path = Path.Combine(Folder, $"{id}.md");
        string actual = File.ReadAllText(path);
        string head = $"# {id}: {descriptor.Title}\n\n{SeverityOf(descriptor)}, reported as\n\n> {Message(descriptor)}\n\n";
        int body = actual.IndexOf("## What\n", StringComparison.Ordinal);
        Assert.True(body >= 0, $"{path} has no section What");
        AssertOrAccept(path, head + actual[body..], actual);
        Assert.Contains("\n## Why\n", actual, StringComparison.Ordinal);
    }

    [Fact]
    public void The_index_lists_every_rule()
    {
        string rows = string.Concat(DiagnosticDescriptors.All.Select(descriptor =>
            $"| [{descriptor.Id}]({descriptor.Id}.md) | {SeverityOf(descriptor).ToLowerInvariant()} | {descriptor.Title} |\n"));
        string path = Path.Combine(Folder, "README.md");
        AssertOrAccept(path, Index + rows, File.Exists(path) ? File.ReadAllText(path) : "");
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_wrong_example_gives_this_diagnostic_alone_and_the_right_one_none(string id)
    {
        string page = File.ReadAllText(Path.Combine(Folder, $"{id}.md"));
        if (id == "MOE022")
        {
            Assert.Equal([id], Reported(Example(page, "Example"), withPlan: true));
            return;
        }

        Assert.Equal([id], Reported(Example(page, "Wrong"), withPlan: false));
        Assert.Empty(Reported(Example(page, "Right"), withPlan: false));
    }

    private const string Index =
        """
        # Diagnostics

        What is reported about a class with `[MoeConfig]`, in the editor and in a build, at the argument or the part of the declaration
        that it is about. A class with an error has no kernels. It keeps its members, so that the code that uses it compiles, unless its
        declaration is what is wrong. `#pragma warning disable` and `dotnet_diagnostic.MOE….severity` of an .editorconfig act on all of them.
        In the pages `…` stands for what was found and what follows from it.

        | id | severity | what |
        |---|---|---|

        """;

    // All that is wrong, the compiler's errors included.
    private static IEnumerable<string> Reported(string source, bool withPlan)
    {
        GeneratorRun run = GeneratorHarness.Run(source);
        ImmutableArray<Diagnostic> found = withPlan ? AnalyzerHarness.AnalyzeWithPlan(run.Output) : AnalyzerHarness.Analyze(run.Output);
        return run.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Concat(found).Select(diagnostic => diagnostic.Id).Distinct();
    }

    private static string Example(string page, string section)
    {
        Match match = Regex.Match(page, $"\n## {section}\n\n```csharp\n(.*?)\n```\n", RegexOptions.Singleline);
        Assert.True(match.Success, $"There is no example in section {section}");
        return match.Groups[1].Value;
    }

    private static void AssertOrAccept(string path, string expected, string actual)
    {
        if (Environment.GetEnvironmentVariable("MOEGEN_ACCEPT_SNAPSHOTS") == "1")
        {
            File.WriteAllText(path, expected);
            return;
        }

        Assert.True(expected == actual, $"{path} differs; MOEGEN_ACCEPT_SNAPSHOTS=1 writes it. {Snapshot.FirstDifference(expected, actual)}");
    }

    private static string SeverityOf(DiagnosticDescriptor descriptor) =>
        descriptor.DefaultSeverity == DiagnosticSeverity.Info ? "Information" : descriptor.DefaultSeverity.ToString();

    private static string Message(DiagnosticDescriptor descriptor) =>
        Placeholder().Replace(descriptor.MessageFormat.ToString(CultureInfo.InvariantCulture), "…");

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Placeholder();
}
