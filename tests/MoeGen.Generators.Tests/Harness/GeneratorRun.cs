using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MoeGen.Generators.Tests.Harness;

/// <summary>What the generator made of a source, and what the compiler then says about the whole.</summary>
internal sealed record GeneratorRun(
    string Source, Compilation Output, ImmutableArray<GeneratedSourceResult> Files, ImmutableArray<Diagnostic> Diagnostics)
{
    /// <summary>Fails on any error or warning, of the generator or of the compiler.</summary>
    public GeneratorRun AssertClean()
    {
        Assert.True(Diagnostics.IsEmpty, "Unexpected diagnostics:\n" + string.Join("\n", Diagnostics));
        return this;
    }

    /// <summary>The C# half of the only class.</summary>
    public string Surface => Files.Single(file => !IsCuda(file)).SourceText.ToString();

    /// <summary>The CUDA text of the only class, read back from the literal that holds it; null without one.</summary>
    public string? Cuda => Files.Where(IsCuda)
        .SelectMany(file => file.SyntaxTree.GetRoot().DescendantNodes().OfType<LiteralExpressionSyntax>())
        .Where(literal => literal.IsKind(SyntaxKind.Utf8StringLiteralExpression))
        .Select(literal => literal.Token.ValueText)
        .SingleOrDefault();

    private static bool IsCuda(GeneratedSourceResult file) => file.HintName.EndsWith(".Cuda.g.cs", StringComparison.Ordinal);
}
