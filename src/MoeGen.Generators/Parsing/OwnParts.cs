using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MoeGen.Generators.Parsing;

/// <summary>
/// The parts of a type that its author wrote. The generator sees no others; the analyzer runs on the compilation that has the
/// generated half too, and must read the same declaration.
/// </summary>
internal static class OwnParts
{
    /// <summary>The declarations that are not generated here.</summary>
    public static IEnumerable<TypeDeclarationSyntax> Of(INamedTypeSymbol type, CancellationToken cancellation) => type
        .DeclaringSyntaxReferences
        .Where(reference => !IsGenerated(reference.SyntaxTree))
        .Select(reference => reference.GetSyntax(cancellation))
        .OfType<TypeDeclarationSyntax>();

    /// <summary>Whether the type has a generated half, which states its base class.</summary>
    public static bool HasGeneratedHalf(INamedTypeSymbol type) =>
        type.DeclaringSyntaxReferences.Any(reference => IsGenerated(reference.SyntaxTree));

    // The compiler puts a generator's files into a folder of the generator's full name. A path may be anything, so it is only text here.
    private static bool IsGenerated(SyntaxTree tree) =>
        tree.FilePath.Split('/', '\\') is { Length: > 1 } parts && parts[parts.Length - 2] == typeof(MoeGenerator).FullName;
}
