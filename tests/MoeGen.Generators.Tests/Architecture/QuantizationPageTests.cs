using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests.Architecture;

/// <summary>docs/quantization.md: its examples compile, with nothing that the analyzer objects to.</summary>
public sealed partial class QuantizationPageTests
{
    public static TheoryData<string> Examples =>
        [.. Block().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "quantization.md"))).Select(match => match.Groups[1].Value)];

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_compiles(string source)
    {
        GeneratorRun run = GeneratorHarness.Run(source);
        Assert.Empty(run.Output.GetDiagnostics(TestContext.Current.CancellationToken).Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        Assert.Empty(AnalyzerHarness.Analyze(run.Output));
    }

    [Fact]
    public void There_are_examples() => Assert.Equal(3, Examples.Count);

    [GeneratedRegex("```csharp\n(.*?)\n```\n", RegexOptions.Singleline)]
    private static partial Regex Block();
}
