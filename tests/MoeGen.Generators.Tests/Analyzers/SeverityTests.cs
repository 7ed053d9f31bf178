extern alias generator;

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics.Telemetry;
using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests.Analyzers;

/// <summary>The messages obey the ways by which a user turns a message off or up, and cost nothing where there is no attribute.</summary>
public sealed class SeverityTests
{
    private const string Wrong = "[MoeConfig(Dtype = Dtype.BF16, Tile = \"128x128\", Stages = 4)] public partial class Layer;";

    [Fact]
    public void A_pragma_suppresses()
    {
        Assert.Equal(["MOE020"], Ids($"using MoeGen;\n{Wrong}"));
        Assert.Empty(Ids($"using MoeGen;\n#pragma warning disable MOE020\n{Wrong}\n#pragma warning restore MOE020"));
    }

    [Fact]
    public void An_attribute_suppresses() => Assert.Empty(Ids(
        $"using MoeGen;\n[System.Diagnostics.CodeAnalysis.SuppressMessage(\"MoeGen.Configuration\", \"MOE020\")]\n{Wrong}"));

    [Theory]
    [InlineData(ReportDiagnostic.Suppress, null)]
    [InlineData(ReportDiagnostic.Error, DiagnosticSeverity.Error)]
    [InlineData(ReportDiagnostic.Info, DiagnosticSeverity.Info)]
    public void An_option_sets_the_severity(ReportDiagnostic option, DiagnosticSeverity? severity)
    {
        Compilation output = GeneratorHarness.Run($"using MoeGen;\n{Wrong}").Output;
        output = output.WithOptions(((CSharpCompilationOptions)output.Options).WithSpecificDiagnosticOptions([new("MOE020", option)]));
        Assert.Equal(severity, AnalyzerHarness.Analyze(output).SingleOrDefault()?.Severity);
    }

    [Fact]
    public void The_generator_reports_nothing() => Assert.Empty(
        GeneratorHarness.Run("using MoeGen;\n[MoeConfig(Tile = \"1\")] public partial class Layer;").Diagnostics);

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task Types_are_looked_at_only_where_the_attribute_exists(bool hasAttribute, int symbolActions)
    {
        CSharpCompilation compilation = GeneratorHarness.Compile("class Plain { class Nested { } }");
        if (!hasAttribute)
        {
            compilation = compilation.RemoveReferences(compilation.References.Where(
                reference => reference.Display!.EndsWith("MoeGen.Runtime.dll", StringComparison.Ordinal)));
        }

        var analyzers = AnalyzerHarness.Create(compilation);
        Assert.Empty(await analyzers.GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken));
        AnalyzerTelemetryInfo telemetry = await analyzers.GetAnalyzerTelemetryInfoAsync(analyzers.Analyzers[0], TestContext.Current.CancellationToken);
        Assert.Equal(symbolActions, telemetry.SymbolActionsCount);
        Assert.True(telemetry.Concurrent);
    }

    private static IEnumerable<string> Ids(string source) => AnalyzerHarness.Analyze(GeneratorHarness.Run(source).Output).Select(diagnostic => diagnostic.Id);
}
