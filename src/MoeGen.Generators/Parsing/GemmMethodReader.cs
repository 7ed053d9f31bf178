using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MoeGen.Generators.Models;
using MoeGen.Generators.Validation;

namespace MoeGen.Generators.Parsing;

/// <summary>The methods with which a class multiplies itself.</summary>
internal static class GemmMethodReader
{
    private static readonly SymbolDisplayFormat FullName = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces,
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes);

    /// <summary>Reads the methods <c>Gemm1</c> and <c>Gemm2</c> that have a body.</summary>
    public static IEnumerable<GemmMethod> Read(INamedTypeSymbol type, CancellationToken cancellation) =>
        from name in GemmSignature.Methods
        from member in type.GetMembers(name).OfType<IMethodSymbol>()
        // With the generated half, the member is the declaration there, and the author's is what implements it.
        let method = member.PartialImplementationPart ?? member
        from syntax in Bodies(method, cancellation)
        select new GemmMethod(name, Signature(method, syntax));

    /// <summary>The declarations of a method that have a body.</summary>
    public static IEnumerable<MethodDeclarationSyntax> Bodies(IMethodSymbol method, CancellationToken cancellation) => method
        .DeclaringSyntaxReferences
        .Select(reference => reference.GetSyntax(cancellation))
        .OfType<MethodDeclarationSyntax>()
        .Where(syntax => syntax.Body is not null || syntax.ExpressionBody is not null);

    private static string Signature(IMethodSymbol method, MethodDeclarationSyntax syntax)
    {
        IEnumerable<string> modifiers = syntax.Modifiers.Select(modifier => modifier.ValueText + " ");
        string typeParameters = method.Arity == 0 ? "" : $"<{string.Join(", ", method.TypeParameters.Select(parameter => parameter.Name))}>";
        return $"{string.Concat(modifiers)}{method.ReturnType.ToDisplayString(FullName)} {method.Name}{typeParameters}" +
            $"({string.Join(", ", method.Parameters.Select(Parameter))})";
    }

    private static string Parameter(IParameterSymbol parameter)
    {
        string kind = parameter.RefKind switch
        {
            RefKind.None => "",
            RefKind.In => "in ",
            RefKind.Ref => "ref ",
            RefKind.Out => "out ",
            _ => "ref readonly ",
        };
        return kind + parameter.Type.ToDisplayString(FullName);
    }
}
