using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MoeGen.Generators.Benchmarks;

/// <summary>The least that a generator with one transform a class can do: what the compiler itself costs.</summary>
internal sealed class BareGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context) => context.RegisterSourceOutput(
        context.SyntaxProvider.ForAttributeWithMetadataName(
            "MoeGen.MoeConfigAttribute", static (node, _) => node is TypeDeclarationSyntax, static (attributed, _) => attributed.TargetSymbol.Name),
        static (output, name) => output.AddSource($"{name}.g.cs", $"// {name}"));
}
