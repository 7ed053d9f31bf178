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

/// <summary>Adds one of the methods with which a class multiplies itself, for its author to fill.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AddGemmMethodCodeFix))]
[Shared]
internal sealed class AddGemmMethodCodeFix : DocumentCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.CustomGemmMissing);

    /// <inheritdoc/>
    protected override IEnumerable<(string Title, string Key)> Offers(SyntaxNode root, Diagnostic diagnostic) =>
        ClassOf(root, diagnostic) is null ? [] : GemmSignature.Methods.Select(method => ($"Implement {method}", method));

    /// <inheritdoc/>
    protected override void Edit(DocumentEditor editor, IReadOnlyList<Diagnostic> diagnostics, string key)
    {
        foreach (Diagnostic diagnostic in diagnostics)
        {
            if (ClassOf(editor.OriginalRoot, diagnostic) is { } type)
            {
                MemberDeclarationSyntax method = Method(key, diagnostic.Properties[SuggestionProperties.Value]!);
                SyntaxTrivia[] before = type.Members.Count == 0 ? [] : [SyntaxFactory.ElasticLineFeed];
                editor.ReplaceNode(type, (current, _) => WithBody((ClassDeclarationSyntax)current).AddMembers(method.WithLeadingTrivia(before)));
            }
        }
    }

    private static ClassDeclarationSyntax? ClassOf(SyntaxNode root, Diagnostic diagnostic) =>
        root.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<ClassDeclarationSyntax>();

    private static MemberDeclarationSyntax Method(string method, string element) => SyntaxFactory
        .ParseMemberDeclaration($"{GemmSignature.TextOf(method, element, "arguments", "stream")}\n{{\nthrow new global::System.NotImplementedException();\n}}\n")!
        .WithAdditionalAnnotations(Formatter.Annotation, Simplifier.Annotation);

    // A class may end in a semicolon instead of a body, or have its braces on one line.
    private static ClassDeclarationSyntax WithBody(ClassDeclarationSyntax type)
    {
        SyntaxToken end = type.SemicolonToken.IsKind(SyntaxKind.None) ? type.CloseBraceToken : type.SemicolonToken;
        bool hasInside = type.Members.Count > 0 || type.OpenBraceToken.TrailingTrivia.Concat(type.CloseBraceToken.LeadingTrivia).Any(IsComment);
        return hasInside
            ? type
            : type
                .WithSemicolonToken(default)
                .WithIdentifier(type.Identifier.WithTrailingTrivia(type.Identifier.TrailingTrivia.Where(IsComment)))
                .WithOpenBraceToken(Token(SyntaxFactory.ElasticLineFeed, SyntaxKind.OpenBraceToken, SyntaxFactory.TriviaList(SyntaxFactory.ElasticLineFeed)))
                .WithCloseBraceToken(Token(SyntaxFactory.ElasticMarker, SyntaxKind.CloseBraceToken, end.TrailingTrivia))
                .WithAdditionalAnnotations(Formatter.Annotation);
    }

    private static SyntaxToken Token(SyntaxTrivia before, SyntaxKind kind, SyntaxTriviaList after) =>
        SyntaxFactory.Token(SyntaxFactory.TriviaList(before), kind, after);

    private static bool IsComment(SyntaxTrivia trivia) => !trivia.IsKind(SyntaxKind.WhitespaceTrivia) && !trivia.IsKind(SyntaxKind.EndOfLineTrivia);
}
