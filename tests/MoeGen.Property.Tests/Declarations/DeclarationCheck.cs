using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Property.Tests;

/// <summary>What holds for every source, whatever is declared there.</summary>
internal static class DeclarationCheck
{
    private static readonly string[] OfTheClass = ["MOE008", "MOE009", "MOE010", "MOE011"];

    /// <summary>Runs generator and compiler.</summary>
    /// <param name="source">A source with one annotated type.</param>
    /// <param name="expected">The ids that it must give; null where it does not compile, so that any may come.</param>
    public static GeneratorRun Run(string source, IReadOnlySet<string>? expected)
    {
        GeneratorRun run = GeneratorHarness.Run(source);
        Assert.Equal(Texts(run), Texts(GeneratorHarness.Run(source)));

        // What the compiler says without the generator is the user's; everything else would be the generator's fault.
        HashSet<string> own = [.. GeneratorHarness.Compile(source).GetDiagnostics().Select(Describe)];
        ILookup<bool, Diagnostic> reported = run.Diagnostics.Concat(AnalyzerHarness.Analyze(run.Output))
            .ToLookup(diagnostic => diagnostic.Id.StartsWith("MOE", StringComparison.Ordinal));
        string[] added = [.. reported[false].Select(Describe).Where(diagnostic => !own.Contains(diagnostic))];
        Assert.True(added.Length == 0, $"The generated half adds to the compiler's messages:\n{string.Join('\n', added)}");
        if (expected is null)
        {
            return run;
        }

        // Advice leaves a class its kernels.
        IEnumerable<string> found = reported[true].Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(diagnostic => diagnostic.Id).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(string.Join(", ", expected), string.Join(", ", found));
        if (!expected.Overlaps(OfTheClass))
        {
            // With wrong arguments too, so that the code that uses the class compiles.
            AssertIsLayer(run);
        }

        if (expected.Count == 0)
        {
            PlanCheck.Run(source, run);
        }
        else
        {
            Assert.Null(run.Cuda);
        }

        return run;
    }

    private static string[] Texts(GeneratorRun run) => [.. run.Files.Select(file => file.HintName + "\n" + file.SourceText)];

    private static string Describe(Diagnostic diagnostic) =>
        $"{diagnostic.Location.GetLineSpan()} {diagnostic.Id} {diagnostic.GetMessage(CultureInfo.InvariantCulture)}";

    // The user's class itself, not another one of its name.
    private static void AssertIsLayer(GeneratorRun run)
    {
        SyntaxTree tree = run.Output.SyntaxTrees.First(tree => tree.FilePath == GeneratorHarness.SourcePath);
        ClassDeclarationSyntax declaration = tree.GetRoot().DescendantNodes().OfType<ClassDeclarationSyntax>().First(type => type.AttributeLists.Count > 0);
        INamedTypeSymbol? type = run.Output.GetSemanticModel(tree).GetDeclaredSymbol(declaration);
        Assert.Equal("MoeLayer", type?.BaseType?.Name);
    }
}
