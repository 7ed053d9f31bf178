using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using MoeGen.Generators.Models;
using MoeGen.Generators.Validation;

namespace MoeGen.Generators.Diagnostics;

/// <summary>From an issue to what the compiler reports.</summary>
internal static class DiagnosticFactory
{
    /// <summary>Every issue of a class, each at the argument it is about.</summary>
    public static IEnumerable<Diagnostic> Create(ParsedMoe parsed) =>
        MoeRules.Check(parsed.Declaration).Select(issue => Diagnostic.Create(
            DiagnosticDescriptors.Of(issue.Id), LocationOf(parsed, issue.Place), issue.Arguments.ToArray<object>()));

    // An argument that is left out has no place of its own; the attribute that lacks it has.
    private static Location LocationOf(ParsedMoe parsed, string place)
    {
        SourceSpan span = (parsed.Spans.FirstOrDefault(placed => placed.Place == place)
            ?? parsed.Spans.First(placed => placed.Place == Place.Attribute)).Span;
        return Location.Create(
            span.FilePath,
            new TextSpan(span.Start, span.Length),
            new LinePositionSpan(
                new LinePosition(span.StartLine, span.StartCharacter), new LinePosition(span.EndLine, span.EndCharacter)));
    }
}
