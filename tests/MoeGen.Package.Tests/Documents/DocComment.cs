using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MoeGen.Package.Tests.Documents;

/// <summary>A documentation comment as Markdown.</summary>
internal sealed partial class DocComment
{
    private readonly CSharpCompilation _compilation;
    private readonly XElement _xml;

    public DocComment(CSharpCompilation compilation, ISymbol symbol)
    {
        _compilation = compilation;
        _xml = Parse(symbol);
        if (_xml.Element("inheritdoc") is not null && Inherited(symbol) is { } inherited)
        {
            _xml = inherited.DeclaringSyntaxReferences.Length > 0
                ? new DocComment(compilation, inherited)._xml
                : new XElement("member", new XElement("summary", "As ", new XElement("c", inherited.ToDisplayString(Signatures.Name)), "."));
        }
    }

    public string Summary => Text(_xml.Element("summary"));

    public string Remarks => Text(_xml.Element("remarks"));

    public string Returns => Text(_xml.Element("returns"));

    public string Example => _xml.Element("example")?.Element("code")?.Value is { } code ? string.Join('\n', code.Trim('\n').Split('\n').Select(line => line.Trim())).Trim() : "";

    /// <summary>Parameters and type parameters with their texts.</summary>
    public IEnumerable<(string Name, string Text)> Parameters => _xml.Elements()
        .Where(element => element.Name.LocalName is "param" or "typeparam")
        .Select(element => (element.Attribute("name")!.Value, Text(element)));

    /// <summary>Exceptions with when they are thrown.</summary>
    public IEnumerable<(string Name, string Text)> Exceptions => _xml.Elements("exception").Select(element => (NameOf(element.Attribute("cref")!.Value), Text(element)));

    private static XElement Parse(ISymbol symbol) =>
        symbol.GetDocumentationCommentXml() is { Length: > 0 } xml ? XElement.Parse(xml) : new XElement("member");

    private static ISymbol? Inherited(ISymbol symbol) => symbol switch
    {
        IMethodSymbol { OverriddenMethod: { } method } => method,
        IPropertySymbol { OverriddenProperty: { } property } => property,
        _ => symbol.ContainingType?.AllInterfaces.SelectMany(contract => contract.GetMembers())
            .FirstOrDefault(member => SymbolEqualityComparer.Default.Equals(symbol.ContainingType.FindImplementationForInterfaceMember(member), symbol))?.OriginalDefinition,
    };

    private string Text(XElement? element) => element is null ? "" : Space().Replace(string.Concat(element.Nodes().Select(Inline)), " ").Trim();

    private string Inline(XNode node) => node switch
    {
        XText text => Escape(text.Value),
        XElement { Name.LocalName: "c" or "code" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "paramref" or "typeparamref" } reference => $"`{reference.Attribute("name")!.Value}`",
        XElement { Name.LocalName: "see" } see when see.Attribute("langword") is { } word => $"`{word.Value}`",
        XElement { Name.LocalName: "see" } see when see.Attribute("cref") is { } target => $"`{NameOf(target.Value)}`",
        XElement other => throw new NotSupportedException($"<{other.Name}> has no form in Markdown here."),
        _ => "",
    };

    private string NameOf(string id) => DocumentationCommentId.GetFirstSymbolForDeclarationId(id, _compilation) is { } symbol
        ? symbol.ToDisplayString(Signatures.Name)
        : throw new InvalidOperationException($"{id} leads nowhere.");

    private static string Escape(string text) => text.Replace("<", "&lt;", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal)
        .Replace("_", "\\_", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal);

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
