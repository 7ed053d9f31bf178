using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace MoeGen.Generators.Benchmarks;

/// <summary>Times the analyzer by itself, as the compiler accounts for it, on a project with its generated halves.</summary>
internal static class AnalyzerTimer
{
    /// <summary>Fresh runs on the whole project, one thread; symbols are bound before, as the compiler does in any case.</summary>
    /// <param name="project">The project, without generated halves.</param>
    /// <param name="classes">Annotated classes in it; each must be told its plan.</param>
    /// <param name="repetitions">Runs.</param>
    public static async Task<double[]> Cold(CSharpCompilation project, int classes, int repetitions)
    {
        CSharpGeneratorDriver.Create(new MoeGenerator()).RunGeneratorsAndUpdateCompilation(project, out Compilation built, out _);
        double[] milliseconds = new double[repetitions];
        for (int i = 0; i < repetitions; i++)
        {
            Compilation input = built.Clone();
            input.GetDiagnostics();
            MoeConfigAnalyzer analyzer = new();
            CompilationWithAnalyzersOptions options = new(
                new AnalyzerOptions([]),
                onAnalyzerException: static (exception, _, _) => throw new InvalidOperationException("The analyzer threw.", exception),
                concurrentAnalysis: false,
                logAnalyzerExecutionTime: true);
            GC.Collect();
            CompilationWithAnalyzers run = input.WithAnalyzers([analyzer], options);
            ImmutableArray<Diagnostic> found = await run.GetAnalyzerDiagnosticsAsync();
            if (found.Count(diagnostic => diagnostic.Id == "MOE022") != classes)
            {
                throw new InvalidOperationException($"{found.Length} diagnostics, which are not one plan for each of {classes} classes.");
            }

            milliseconds[i] = (await run.GetAnalyzerTelemetryInfoAsync(analyzer, CancellationToken.None)).ExecutionTime.TotalMilliseconds;
        }

        return milliseconds;
    }
}
