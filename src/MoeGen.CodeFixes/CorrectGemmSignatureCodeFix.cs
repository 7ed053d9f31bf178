using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Simplification;
using MoeGen.Generators.Diagnostics;
using MoeGen.Generators.Validation;

namespace MoeGen.CodeFixes;

/// <summary>Gives a method the signature of the GEMM that it means to implement; body and, where there are two, parameter names stay.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(CorrectGemmSignatureCodeFix))]
[Shared]
internal sealed class CorrectGemmSignatureCodeFix : DocumentCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.GemmSignature);

    /// <inheritdoc/>
    protected override IEnumerable<(string Title, string Key)> Offers(SyntaxNode root, Diagnostic diagnostic)
    {
        if (MethodOf(root, diagnostic) is { } method)
        {
            yield return ($"Give {method.Identifier.ValueText} the declared signature", "Signature");
        }
    }

    /// <inheritdoc/>
    protected override void Edit(DocumentEditor editor, IReadOnlyList<Diagnostic> diagnostics, string key)
    {
        foreach (Diagnostic diagnostic in diagnostics)
        {
            if (MethodOf(editor.OriginalRoot, diagnostic) is { } method)
            {
                editor.ReplaceNode(method, Corrected(method, diagnostic.Properties[SuggestionProperties.Value]!));
            }
        }
    }

    private static MethodDeclarationSyntax? MethodOf(SyntaxNode root, Diagnostic diagnostic) =>
        root.FindToken(diagnostic.Location.SourceSpan.Start).Parent as MethodDeclarationSyntax;

    private static MethodDeclarationSyntax Corrected(MethodDeclarationSyntax method, string element)
    {
        string[] names = method.ParameterList.Parameters is { Count: 2 } parameters
            ? [.. parameters.Select(parameter => parameter.Identifier.Text)]
            : ["arguments", "stream"];
        string text = GemmSignature.TextOf(method.Identifier.ValueText, element, names[0], names[1]) + ";";
        MethodDeclarationSyntax declared = (MethodDeclarationSyntax)SyntaxFactory.ParseMemberDeclaration(text)!;
        return method
            .WithModifiers(declared.Modifiers)
            .WithReturnType(declared.ReturnType)
            .WithTypeParameterList(null)
            .WithConstraintClauses(default)
            .WithParameterList(declared.ParameterList.WithTrailingTrivia(method.ParameterList.GetTrailingTrivia()))
            .WithLeadingTrivia(method.GetLeadingTrivia())
            .WithAdditionalAnnotations(Formatter.Annotation, Simplifier.Annotation);
    }
}
