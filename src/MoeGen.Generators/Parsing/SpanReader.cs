using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using MoeGen.Generators.Models;

namespace MoeGen.Generators.Parsing;

/// <summary>Where everything stands that a message can point at.</summary>
internal static class SpanReader
{
    /// <summary>Reads the places of the attribute, its arguments, the class's name and its base class.</summary>
    public static IEnumerable<PlacedSpan> Read(
        INamedTypeSymbol type, TypeDeclarationSyntax declaration, AttributeSyntax? attribute, CancellationToken cancellation)
    {
        yield return Placed(Place.ClassName, declaration.Identifier.GetLocation());
        yield return Placed(Place.Attribute, attribute?.GetLocation() ?? declaration.Identifier.GetLocation());
        foreach (AttributeArgumentSyntax argument in attribute?.ArgumentList?.Arguments ?? default)
        {
            if (argument.NameEquals is { } name)
            {
                yield return Placed(name.Name.Identifier.ValueText, argument.GetLocation());
            }
        }

        // The base class may be stated by another part of the class; a class comes before interfaces in its list.
        BaseTypeSyntax? baseType = type.DeclaringSyntaxReferences
            .Select(reference => reference.GetSyntax(cancellation))
            .OfType<TypeDeclarationSyntax>()
            .SelectMany(part => part.BaseList?.Types.Take(1) ?? [])
            .FirstOrDefault(candidate => IsName(candidate, type.BaseType));
        if (baseType is not null)
        {
            yield return Placed(Place.BaseClass, baseType.GetLocation());
        }
    }

    // Without a semantic model for other files, the simple name decides; it is exact for all but aliases.
    private static bool IsName(BaseTypeSyntax candidate, INamedTypeSymbol? baseType) => candidate.Type switch
    {
        QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText == baseType?.Name,
        AliasQualifiedNameSyntax qualified => qualified.Name.Identifier.ValueText == baseType?.Name,
        SimpleNameSyntax simple => simple.Identifier.ValueText == baseType?.Name,
        _ => false,
    };

    private static PlacedSpan Placed(string place, Location location)
    {
        FileLinePositionSpan lines = location.GetLineSpan();
        TextSpan span = location.SourceSpan;
        return new PlacedSpan(place, new SourceSpan(
            lines.Path, span.Start, span.Length,
            lines.StartLinePosition.Line, lines.StartLinePosition.Character, lines.EndLinePosition.Line, lines.EndLinePosition.Character));
    }
}
