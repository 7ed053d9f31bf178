using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MoeGen.Generators.Validation;

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

    /// <summary>The author's members that no generated member of that name can stand beside.</summary>
    public static IEnumerable<ISymbol> MembersInTheWay(INamedTypeSymbol type, string name) => type
        .GetMembers(name)
        .Where(member => member switch
        {
            // Methods of these names implement the generated declaration, or are another rule's.
            IMethodSymbol => !GemmSignature.Methods.Contains(name),
            INamedTypeSymbol nested => name != GeneratedMembers.Launchers || nested.Arity == 0,
            _ => true,
        })
        .Where(member => LocationOf(member) is not null);

    /// <summary>Where the author declares a symbol; null where only the generator does.</summary>
    public static Location? LocationOf(ISymbol symbol) =>
        symbol.Locations.FirstOrDefault(location => location.SourceTree is { } tree && !IsGenerated(tree));

    // The compiler puts a generator's files into a folder of the generator's full name. A path may be anything, so it is only text here.
    private static bool IsGenerated(SyntaxTree tree) =>
        tree.FilePath.Split('/', '\\') is { Length: > 1 } parts && parts[parts.Length - 2] == typeof(MoeGenerator).FullName;
}
