using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using MoeGen.Generators.Validation;

namespace MoeGen.CodeFixes;

/// <summary>Declares a class and the types around it partial.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MakePartialCodeFix))]
[Shared]
internal sealed class MakePartialCodeFix : DocumentCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.NotPartial, RuleIds.ContainerNotPartial);

    /// <inheritdoc/>
    protected override IEnumerable<(string Title, string Key)> Offers(SyntaxNode root, Diagnostic diagnostic)
    {
        string[] names = [.. NotPartial(root, diagnostic).Select(type => $"'{type.Identifier.ValueText}'")];
        if (names.Length > 0)
        {
            yield return ($"Declare {string.Join(" and ", names)} partial", "Partial");
        }
    }

    /// <inheritdoc/>
    protected override void Edit(DocumentEditor editor, IReadOnlyList<Diagnostic> diagnostics, string key)
    {
        foreach (TypeDeclarationSyntax type in diagnostics.SelectMany(diagnostic => NotPartial(editor.OriginalRoot, diagnostic)).Distinct())
        {
            editor.ReplaceNode(type, static (current, _) => WithPartial((TypeDeclarationSyntax)current));
        }
    }

    // Innermost first.
    private static IEnumerable<TypeDeclarationSyntax> NotPartial(SyntaxNode root, Diagnostic diagnostic) => root
        .FindToken(diagnostic.Location.SourceSpan.Start).Parent!
        .AncestorsAndSelf()
        .OfType<TypeDeclarationSyntax>()
        .Where(type => !type.Modifiers.Any(SyntaxKind.PartialKeyword));

    // In C# partial is the last modifier; where it is the first too, it takes over what stands before the keyword.
    private static TypeDeclarationSyntax WithPartial(TypeDeclarationSyntax type)
    {
        SyntaxToken partial = SyntaxFactory.Token(SyntaxTriviaList.Empty, SyntaxKind.PartialKeyword, SyntaxFactory.TriviaList(SyntaxFactory.Space));
        if (type.Modifiers.Count > 0)
        {
            return type.WithModifiers(type.Modifiers.Add(partial));
        }

        SyntaxToken keyword = type.Keyword;
        return type
            .WithKeyword(keyword.WithLeadingTrivia())
            .WithModifiers(SyntaxFactory.TokenList(partial.WithLeadingTrivia(keyword.LeadingTrivia)));
    }
}
