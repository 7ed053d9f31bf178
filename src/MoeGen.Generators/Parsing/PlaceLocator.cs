using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MoeGen.Generators.Models;
using MoeGen.Generators.Validation;

namespace MoeGen.Generators.Parsing;

/// <summary>Where everything stands that a message can point at.</summary>
internal static class PlaceLocator
{
    /// <summary>Finds a place; the whole attribute stands in for an argument that is left out.</summary>
    /// <param name="place">Name of an argument or a member, or a constant of <see cref="Place"/>.</param>
    /// <param name="type">The annotated type.</param>
    /// <param name="declaration">The part of it that carries the attribute.</param>
    /// <param name="attribute">The attribute.</param>
    /// <param name="cancellation">Ends the search.</param>
    public static Location Find(
        string place, INamedTypeSymbol type, TypeDeclarationSyntax declaration, AttributeSyntax attribute, CancellationToken cancellation)
    {
        Location? found = place switch
        {
            Place.ClassName => declaration.Identifier.GetLocation(),
            Place.AttributeName => attribute.Name.GetLocation(),
            Place.BaseClass => BaseClass(type, cancellation)?.GetLocation(),
            _ when GeneratedMembers.All.Contains(place) => Method(place, type, cancellation)?.Identifier.GetLocation() ?? Member(place, type),
            _ => attribute.ArgumentList?.Arguments.FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.ValueText == place)?.GetLocation(),
        };
        return found ?? attribute.GetLocation();
    }

    private static MethodDeclarationSyntax? Method(string name, INamedTypeSymbol type, CancellationToken cancellation) => type
        .GetMembers(name)
        .OfType<IMethodSymbol>()
        .SelectMany(member => GemmMethodReader.Bodies(member.PartialImplementationPart ?? member, cancellation))
        .FirstOrDefault();

    private static Location? Member(string name, INamedTypeSymbol type) =>
        OwnParts.MembersInTheWay(type, name).Select(OwnParts.LocationOf).FirstOrDefault();

    // The base class may be stated by another part of the class; a class comes before interfaces in its list.
    private static BaseTypeSyntax? BaseClass(INamedTypeSymbol type, CancellationToken cancellation) => OwnParts.Of(type, cancellation)
        .SelectMany(part => part.BaseList?.Types.Take(1) ?? [])
        .FirstOrDefault(candidate => IsName(candidate, type.BaseType));

    // Without a semantic model for other files, the simple name decides; it is exact for all but aliases.
    private static bool IsName(BaseTypeSyntax candidate, INamedTypeSymbol? baseType) => candidate.Type switch
    {
        QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText == baseType?.Name,
        AliasQualifiedNameSyntax qualified => qualified.Name.Identifier.ValueText == baseType?.Name,
        SimpleNameSyntax simple => simple.Identifier.ValueText == baseType?.Name,
        _ => false,
    };
}
