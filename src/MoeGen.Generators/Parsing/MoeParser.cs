using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MoeGen.Generators.Models;

namespace MoeGen.Generators.Parsing;

/// <summary>From symbol and attribute to <see cref="MoeDeclaration"/>. Nothing of Roslyn leaves this folder.</summary>
internal static class MoeParser
{
    /// <summary>Reads one annotated type; null for all but the first of its parts where several carry the attribute, an error of its own.</summary>
    public static MoeDeclaration? Parse(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        INamedTypeSymbol type = (INamedTypeSymbol)context.TargetSymbol;
        AttributeData data = context.Attributes[0];
        AttributeSyntax? attribute = SyntaxOf(data, cancellation);
        AttributeData first = type.GetAttributes().First(other => SymbolEqualityComparer.Default.Equals(other.AttributeClass, data.AttributeClass));
        return SyntaxOf(first, cancellation) == attribute
            ? Read(type, (TypeDeclarationSyntax)context.TargetNode, data, attribute, cancellation)
            : null;
    }

    /// <summary>Reads one annotated type, the same with the generated half of it and without.</summary>
    /// <param name="type">The type.</param>
    /// <param name="declaration">The part of it that carries the attribute.</param>
    /// <param name="data">The attribute.</param>
    /// <param name="attribute">Its text; null where it has none.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static MoeDeclaration Read(
        INamedTypeSymbol type, TypeDeclarationSyntax declaration, AttributeData data, AttributeSyntax? attribute, CancellationToken cancellation) =>
        new(TypeReader.Read(type, declaration, cancellation), SettingsReader.Read(data, attribute));

    /// <summary>The text of an attribute.</summary>
    public static AttributeSyntax? SyntaxOf(AttributeData data, CancellationToken cancellation) =>
        data.ApplicationSyntaxReference?.GetSyntax(cancellation) as AttributeSyntax;
}
