extern alias generator;

using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace MoeGen.Generators.Tests.Harness;

/// <summary>Runs the analyzer on what generator and compiler made, as an editor and a build do.</summary>
internal static class AnalyzerHarness
{
    /// <summary>What the analyzer reports, without the plan that every right class gets; an exception of it is a diagnostic too.</summary>
    public static ImmutableArray<Diagnostic> Analyze(Compilation compilation) =>
        [.. AnalyzeWithPlan(compilation).Where(diagnostic => diagnostic.Id != "MOE022")];

    /// <summary>All that the analyzer reports.</summary>
    public static ImmutableArray<Diagnostic> AnalyzeWithPlan(Compilation compilation) =>
        Create(compilation).GetAnalyzerDiagnosticsAsync(CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>Compilation and analyzer, not run yet.</summary>
    public static CompilationWithAnalyzers Create(Compilation compilation) => compilation.WithAnalyzers(
        [new generator::MoeGen.Generators.MoeConfigAnalyzer()],
        new CompilationWithAnalyzersOptions(new AnalyzerOptions([]), null, concurrentAnalysis: true, logAnalyzerExecutionTime: false));
}
