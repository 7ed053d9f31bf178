using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Editing;

namespace MoeGen.CodeFixes;

/// <summary>
/// A fix that edits the document of its diagnostic. All diagnostics of a document are fixed in one edit, so that several at one
/// attribute or one class do not get into each other's way.
/// </summary>
internal abstract class DocumentCodeFix : CodeFixProvider
{
    /// <inheritdoc/>
    public sealed override FixAllProvider GetFixAllProvider() => FixAllProvider.Create(async (context, document, diagnostics) =>
        await ApplyAsync(document, diagnostics, context.CodeActionEquivalenceKey ?? "", context.CancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SyntaxNode? root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        if (root is null)
        {
            return;
        }

        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            foreach ((string title, string key) in Offers(root, diagnostic))
            {
                context.RegisterCodeFix(
                    CodeAction.Create(title, cancellation => ApplyAsync(context.Document, [diagnostic], key, cancellation), key), diagnostic);
            }
        }
    }

    /// <summary>The fixes of a diagnostic: title, and the key that fixes of one kind share; none where nothing can be done.</summary>
    protected abstract IEnumerable<(string Title, string Key)> Offers(SyntaxNode root, Diagnostic diagnostic);

    /// <summary>Edits the document so that none of the diagnostics remains.</summary>
    /// <param name="editor">The document.</param>
    /// <param name="diagnostics">Diagnostics of this document.</param>
    /// <param name="key">Which of the offers was chosen.</param>
    protected abstract void Edit(DocumentEditor editor, IReadOnlyList<Diagnostic> diagnostics, string key);

    private async Task<Document> ApplyAsync(
        Document document, IReadOnlyList<Diagnostic> diagnostics, string key, CancellationToken cancellation)
    {
        DocumentEditor editor = await DocumentEditor.CreateAsync(document, cancellation).ConfigureAwait(false);
        Edit(editor, diagnostics, key);
        return editor.GetChangedDocument();
    }
}
