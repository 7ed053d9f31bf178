using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MoeGen.Generators.Helpers;
using MoeGen.Generators.Models;

namespace MoeGen.Generators.Parsing;

/// <summary>From symbol and attribute to <see cref="ParsedMoe"/>. Nothing of Roslyn leaves this folder.</summary>
internal static class MoeParser
{
    /// <summary>Reads one annotated type; null for all but the first of its parts where several carry the attribute, an error of its own.</summary>
    public static ParsedMoe? Parse(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        INamedTypeSymbol type = (INamedTypeSymbol)context.TargetSymbol;
        TypeDeclarationSyntax declaration = (TypeDeclarationSyntax)context.TargetNode;
        AttributeData data = context.Attributes[0];
        AttributeSyntax? attribute = data.ApplicationSyntaxReference?.GetSyntax(cancellation) as AttributeSyntax;
        AttributeData first = type.GetAttributes().First(other => SymbolEqualityComparer.Default.Equals(other.AttributeClass, data.AttributeClass));
        if (first.ApplicationSyntaxReference?.GetSyntax(cancellation) != attribute)
        {
            return null;
        }

        MoeDeclaration declared = new(
            TypeReader.Read(type, declaration, cancellation), SettingsReader.Read(data, attribute));
        return new ParsedMoe(declared, new EquatableArray<PlacedSpan>(SpanReader.Read(type, declaration, attribute, cancellation)));
    }
}
