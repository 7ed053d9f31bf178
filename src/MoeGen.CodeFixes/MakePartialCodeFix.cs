using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MoeGen.Generators.Validation;

namespace MoeGen.CodeFixes;

/// <summary>Declares a class and the types around it partial, in every document that has a part of them.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MakePartialCodeFix))]
[Shared]
internal sealed class MakePartialCodeFix : CodeFixProvider
{
    private const string Key = "Partial";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.NotPartial, RuleIds.ContainerNotPartial);

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => new SolutionFixAllProvider("Declare the types partial", ApplyAsync);

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            IReadOnlyList<TypeDeclarationSyntax> types = await NotPartialAsync(context.Document, diagnostic, context.CancellationToken).ConfigureAwait(false);
            string[] names = [.. types.Select(type => $"'{type.Identifier.ValueText}'").Distinct()];
            if (names.Length > 0)
            {
                Solution solution = context.Document.Project.Solution;
                context.RegisterCodeFix(
                    CodeAction.Create(
                        $"Declare {string.Join(" and ", names)} partial",
                        cancellation => ApplyAsync(solution, [(context.Document, diagnostic)], cancellation),
                        Key),
                    diagnostic);
            }
        }
    }

    private static async Task<Solution> ApplyAsync(
        Solution solution, IReadOnlyList<(Document Document, Diagnostic Diagnostic)> diagnostics, CancellationToken cancellation)
    {
        HashSet<TypeDeclarationSyntax> types = [];
        foreach ((Document document, Diagnostic diagnostic) in diagnostics)
        {
            types.UnionWith(await NotPartialAsync(document, diagnostic, cancellation).ConfigureAwait(false));
        }

        foreach (IGrouping<SyntaxTree, TypeDeclarationSyntax> tree in types.GroupBy(type => type.SyntaxTree))
        {
            // A part that another generator wrote is in no document, and is partial anyway.
            if (solution.GetDocument(tree.Key) is { } document)
            {
                SyntaxNode root = await tree.Key.GetRootAsync(cancellation).ConfigureAwait(false);
                SyntaxNode edited = root.ReplaceNodes(tree, static (_, current) => WithPartial(current));
                solution = solution.WithDocumentSyntaxRoot(document.Id, edited);
            }
        }

        return solution;
    }

    // All parts of the class and of the types around it, innermost first.
    private static async Task<IReadOnlyList<TypeDeclarationSyntax>> NotPartialAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        SemanticModel? model = await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false);
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false);
        SyntaxNode? named = root?.FindToken(diagnostic.Location.SourceSpan.Start).Parent;
        List<TypeDeclarationSyntax> parts = [];
        for (INamedTypeSymbol? type = named is TypeDeclarationSyntax found ? model?.GetDeclaredSymbol(found, cancellation) : null; type is not null; type = type.ContainingType)
        {
            parts.AddRange(type.DeclaringSyntaxReferences
                .Select(reference => reference.GetSyntax(cancellation))
                .OfType<TypeDeclarationSyntax>()
                .Where(part => !part.Modifiers.Any(SyntaxKind.PartialKeyword)));
        }

        return parts;
    }

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
