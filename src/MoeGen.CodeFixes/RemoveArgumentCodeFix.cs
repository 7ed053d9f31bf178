using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using MoeGen.Generators.Validation;

namespace MoeGen.CodeFixes;

/// <summary>Removes an option that has no effect.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RemoveArgumentCodeFix))]
[Shared]
internal sealed class RemoveArgumentCodeFix : DocumentCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.OptionWithoutEffect);

    /// <inheritdoc/>
    protected override IEnumerable<(string Title, string Key)> Offers(SyntaxNode root, Diagnostic diagnostic)
    {
        if (AttributeArguments.At(root, diagnostic)?.NameEquals is { } name)
        {
            yield return ($"Remove {name.Name.Identifier.ValueText}", "Remove");
        }
    }

    /// <inheritdoc/>
    protected override void Edit(DocumentEditor editor, IReadOnlyList<Diagnostic> diagnostics, string key)
    {
        IEnumerable<IGrouping<AttributeArgumentListSyntax, AttributeArgumentSyntax>> lists = diagnostics
            .Select(diagnostic => AttributeArguments.At(editor.OriginalRoot, diagnostic))
            .OfType<AttributeArgumentSyntax>()
            .Distinct()
            .GroupBy(argument => (AttributeArgumentListSyntax)argument.Parent!);
        foreach (IGrouping<AttributeArgumentListSyntax, AttributeArgumentSyntax> list in lists)
        {
            editor.ReplaceNode(list.Key, list.Key.RemoveNodes(list, SyntaxRemoveOptions.KeepNoTrivia)!);
        }
    }
}
