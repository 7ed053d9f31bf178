using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using MoeGen.Generators.Diagnostics;
using MoeGen.Generators.Validation;

namespace MoeGen.CodeFixes;

/// <summary>Sets tile or stages to the nearest value that the rule allows. The rule worked it out and sent it along.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(SetArgumentCodeFix))]
[Shared]
internal sealed class SetArgumentCodeFix : DocumentCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(
        RuleIds.MalformedTile, RuleIds.UnsupportedTileSize, RuleIds.StagesOutOfRange, RuleIds.SharedMemoryExceeded,
        RuleIds.RegistersExceeded, RuleIds.TileNotPortable, RuleIds.Padding);

    /// <inheritdoc/>
    protected override IEnumerable<(string Title, string Key)> Offers(SyntaxNode root, Diagnostic diagnostic)
    {
        if (Suggested(root, diagnostic) is var (argument, value))
        {
            yield return ($"Set {argument.NameEquals!.Name.Identifier.ValueText} to {value}", diagnostic.Properties[SuggestionProperties.Name]!);
        }
    }

    /// <inheritdoc/>
    protected override void Edit(DocumentEditor editor, IReadOnlyList<Diagnostic> diagnostics, string key)
    {
        // Several diagnostics may be about one argument, and suggest the same.
        IEnumerable<IGrouping<AttributeArgumentSyntax, string>> arguments = diagnostics
            .Where(diagnostic => diagnostic.Properties.TryGetValue(SuggestionProperties.Name, out string? name) && name == key)
            .Select(diagnostic => Suggested(editor.OriginalRoot, diagnostic))
            .OfType<(AttributeArgumentSyntax Argument, string Value)>()
            .GroupBy(suggested => suggested.Argument, suggested => suggested.Value);
        foreach (IGrouping<AttributeArgumentSyntax, string> argument in arguments)
        {
            ExpressionSyntax old = argument.Key.Expression;
            editor.ReplaceNode(old, SyntaxFactory.ParseExpression(argument.First()).WithTriviaFrom(old));
        }
    }

    private static (AttributeArgumentSyntax Argument, string Value)? Suggested(SyntaxNode root, Diagnostic diagnostic) =>
        diagnostic.Properties.TryGetValue(SuggestionProperties.Name, out string? name)
        && diagnostic.Properties.TryGetValue(SuggestionProperties.Value, out string? value)
        && value is not null
        && AttributeArguments.Named(root, diagnostic, name) is { } argument
            ? (argument, value)
            : null;
}
