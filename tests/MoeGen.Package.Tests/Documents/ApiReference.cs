using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;

namespace MoeGen.Package.Tests.Documents;

/// <summary>docs/api as it should be: one page a folder of the run time, and the list of all types.</summary>
internal sealed class ApiReference(PublicSurface surface)
{
    private const string Source = "Written from the comments in the sources by `MOEGEN_ACCEPT_SNAPSHOTS=1 dotnet test --project tests/MoeGen.Package.Tests`; do not edit.";

    /// <summary>Text by file name.</summary>
    public Dictionary<string, string> Pages()
    {
        Dictionary<string, string> pages = surface.Folders.ToDictionary(folder => $"{folder.Key}.md", folder => Page(folder.Key, folder.Value));
        pages.Add("README.md", List());
        return pages;
    }

    private string List()
    {
        StringBuilder text = new($"# Public API\n\n{Source}\n\n| type | what |\n|---|---|\n");
        foreach ((string folder, INamedTypeSymbol[] types) in surface.Folders)
        {
            foreach (INamedTypeSymbol type in types)
            {
                text.Append(CultureInfo.InvariantCulture, $"| [{Name(type)}]({folder}.md#{Anchor(type)}) | {Comment(type).Summary.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
            }
        }

        return text.ToString();
    }

    private string Page(string folder, INamedTypeSymbol[] types)
    {
        StringBuilder text = new($"# {folder}\n\nPublic types of [`src/MoeGen.Runtime/{folder}`](../../src/MoeGen.Runtime/{folder}). {Source}\n");
        foreach (INamedTypeSymbol type in types)
        {
            // A heading's anchor depends on who shows it; this one does not.
            text.Append(CultureInfo.InvariantCulture, $"\n<a id=\"{Anchor(type)}\"></a>\n\n## {Name(type).Replace("<", "\\<", StringComparison.Ordinal)}\n\nNamespace `{type.ContainingNamespace}`.\n");
            Entry(text, type, Signatures.Of(type));
            if (type.TypeKind == TypeKind.Enum)
            {
                Values(text, type);
                continue;
            }

            foreach (ISymbol member in PublicSurface.Members(type))
            {
                text.Append(CultureInfo.InvariantCulture, $"\n### {Title(member)}\n");
                Entry(text, member, Signatures.Of(member));
            }
        }

        return text.ToString();
    }

    private void Entry(StringBuilder text, ISymbol symbol, string signature)
    {
        DocComment comment = Comment(symbol);
        text.Append(CultureInfo.InvariantCulture, $"\n```csharp\n{signature}\n```\n\n{comment.Summary}\n");
        string[] items =
        [
            .. comment.Parameters.Select(parameter => $"- `{parameter.Name}`: {parameter.Text}"),
            .. comment.Returns.Length > 0 ? [$"- Returns: {comment.Returns}"] : Array.Empty<string>(),
            .. comment.Exceptions.Select(exception => $"- Throws `{exception.Name}`: {exception.Text}"),
        ];
        text.Append(items.Length > 0 ? $"\n{string.Join('\n', items)}\n" : "");
        text.Append(comment.Remarks.Length > 0 ? $"\n{comment.Remarks}\n" : "");
        text.Append(comment.Example.Length > 0 ? $"\n```csharp\n{comment.Example}\n```\n" : "");
    }

    private void Values(StringBuilder text, INamedTypeSymbol type)
    {
        text.Append("\n| value | number | what |\n|---|---|---|\n");
        foreach (IFieldSymbol value in type.GetMembers().OfType<IFieldSymbol>())
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{value.Name}` | {value.ConstantValue} | {Comment(value).Summary.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        }
    }

    private DocComment Comment(ISymbol symbol) => new DocComment(surface.Compilation, symbol) is { Summary.Length: > 0 } comment
        ? comment
        : throw new InvalidOperationException($"{symbol.ToDisplayString()} has no summary.");

    private static string Name(INamedTypeSymbol type) => type.ToDisplayString(Signatures.Name);

    private static string Title(ISymbol member) => member switch
    {
        IMethodSymbol { MethodKind: MethodKind.Constructor } => "Constructor",
        IMethodSymbol { MethodKind: MethodKind.Conversion } conversion => $"Conversion to `{conversion.ReturnType.ToDisplayString(Signatures.Name)}`",
        IMethodSymbol { MethodKind: MethodKind.UserDefinedOperator } => $"Operator `{member.Name["op_".Length..]}`",
        IPropertySymbol { IsIndexer: true } => "Indexer",
        _ => $"`{member.Name}`",
    };

    private static string Anchor(INamedTypeSymbol type) => type.ContainingType is { } outer ? $"{Anchor(outer)}-{type.Name.ToLowerInvariant()}" : type.Name.ToLowerInvariant();
}
