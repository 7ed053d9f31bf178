using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MoeGen.Package.Tests.Documents;

/// <summary>How declarations are written in the reference.</summary>
internal static class Signatures
{
    /// <summary>A name in running text: <c>MoeLayer&lt;TSelf, T&gt;.Forward</c>.</summary>
    public static readonly SymbolDisplayFormat Name = new(
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters,
        memberOptions: SymbolDisplayMemberOptions.IncludeContainingType,
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypes,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes);

    private static readonly SymbolDisplayFormat Member = new(
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters | SymbolDisplayGenericsOptions.IncludeTypeConstraints,
        memberOptions: SymbolDisplayMemberOptions.IncludeParameters | SymbolDisplayMemberOptions.IncludeType | SymbolDisplayMemberOptions.IncludeRef
            | SymbolDisplayMemberOptions.IncludeModifiers | SymbolDisplayMemberOptions.IncludeAccessibility | SymbolDisplayMemberOptions.IncludeConstantValue,
        parameterOptions: SymbolDisplayParameterOptions.IncludeType | SymbolDisplayParameterOptions.IncludeName | SymbolDisplayParameterOptions.IncludeModifiers
            | SymbolDisplayParameterOptions.IncludeDefaultValue | SymbolDisplayParameterOptions.IncludeExtensionThis,
        propertyStyle: SymbolDisplayPropertyStyle.ShowReadWriteDescriptor,
        kindOptions: SymbolDisplayKindOptions.IncludeMemberKeyword,
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypes,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier | SymbolDisplayMiscellaneousOptions.AllowDefaultLiteral);

    /// <summary>A member as its declaration has it, without attributes and body.</summary>
    public static string Of(ISymbol member) => member.ToDisplayString(Member);

    /// <summary>A type as its declaration has it, without attributes and body.</summary>
    public static string Of(INamedTypeSymbol type)
    {
        if (type.DeclaringSyntaxReferences.Select(reference => reference.GetSyntax()).OfType<TypeDeclarationSyntax>()
            .OrderByDescending(part => (part.BaseList is null ? 0 : 1) + (part.ParameterList is null ? 0 : 1)).FirstOrDefault() is not { } declaration)
        {
            return $"public enum {type.Name}";
        }

        TypeDeclarationSyntax head = declaration
            .WithAttributeLists(default)
            .WithModifiers(SyntaxFactory.TokenList(declaration.Modifiers.Where(modifier => modifier.Kind() is not (SyntaxKind.PartialKeyword or SyntaxKind.UnsafeKeyword))))
            .WithMembers(default)
            .WithOpenBraceToken(default)
            .WithCloseBraceToken(default)
            .WithSemicolonToken(default)
            .WithoutTrivia();
        return head.NormalizeWhitespace(eol: " ", indentation: "").ToString().Trim();
    }
}
