using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MoeGen.CodeFixes;

/// <summary>From a diagnostic to the attribute's arguments.</summary>
internal static class AttributeArguments
{
    /// <summary>The argument that a diagnostic points at; null where it points at something else.</summary>
    public static AttributeArgumentSyntax? At(SyntaxNode root, Diagnostic diagnostic) =>
        root.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<AttributeArgumentSyntax>();

    /// <summary>The argument of a name in the attribute that a diagnostic points into; null where it is left out.</summary>
    public static AttributeArgumentSyntax? Named(SyntaxNode root, Diagnostic diagnostic, string? name) => root
        .FindNode(diagnostic.Location.SourceSpan)
        .FirstAncestorOrSelf<AttributeSyntax>()
        ?.ArgumentList
        ?.Arguments
        .FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.ValueText == name);
}
