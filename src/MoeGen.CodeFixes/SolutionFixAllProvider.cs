using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace MoeGen.CodeFixes;

/// <summary>Fixes all diagnostics of a scope in one edit of the solution, for fixes that edit several documents.</summary>
/// <param name="title">What the edit is called.</param>
/// <param name="fix">From the diagnostics and their documents to the edited solution.</param>
internal sealed class SolutionFixAllProvider(
    string title, Func<Solution, IReadOnlyList<(Document Document, Diagnostic Diagnostic)>, CancellationToken, Task<Solution>> fix) : FixAllProvider
{
    /// <inheritdoc/>
    public override async Task<CodeAction?> GetFixAsync(FixAllContext fixAllContext)
    {
        List<(Document, Diagnostic)> found = [];
        foreach (Document document in DocumentsOf(fixAllContext))
        {
            found.AddRange((await fixAllContext.GetDocumentDiagnosticsAsync(document).ConfigureAwait(false)).Select(diagnostic => (document, diagnostic)));
        }

        return CodeAction.Create(title, cancellation => fix(fixAllContext.Solution, found, cancellation), fixAllContext.CodeActionEquivalenceKey);
    }

    private static IEnumerable<Document> DocumentsOf(FixAllContext context) => context.Scope switch
    {
        FixAllScope.Document => [context.Document!],
        FixAllScope.Project => context.Project.Documents,
        _ => context.Solution.Projects.SelectMany(project => project.Documents),
    };
}
