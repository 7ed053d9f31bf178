using System.Globalization;
using Microsoft.CodeAnalysis;

namespace MoeGen.Generators.Tests.Harness;

/// <summary>
/// Compares everything that is reported for a source, by generator, compiler and analyzer, with what its markup expects. What is
/// reported and not expected fails the test and is printed as the lines to paste.
/// </summary>
internal static class DiagnosticAssert
{
    /// <param name="marked">Source with markup; see <see cref="Markup"/>.</param>
    /// <param name="messages">The messages, in the order of the markup.</param>
    public static GeneratorRun Reports(string marked, params string[] messages)
    {
        Markup markup = Markup.Parse(marked);
        GeneratorRun run = GeneratorHarness.Run(markup.Source);
        Check(markup, messages, [.. run.Diagnostics, .. AnalyzerHarness.Analyze(run.Output)]);
        return run;
    }

    /// <summary>Compares with what was reported.</summary>
    public static void Check(Markup markup, IReadOnlyList<string> messages, IReadOnlyList<Diagnostic> reported)
    {
        List<(string Id, string Text, string Place, string Message)> expected =
        [
            .. markup.Expected.Select((place, i) => (
                place.Id, markup.Source.Substring(place.Span.Start, place.Span.Length), place.Span.ToString(), i < messages.Count ? messages[i] : "")),
        ];
        List<(string Id, string Text, string Place, string Message)> unexpected = [];
        foreach (Diagnostic diagnostic in reported)
        {
            (string, string, string, string) actual = Describe(diagnostic);
            if (!expected.Remove(actual))
            {
                unexpected.Add(actual);
            }
        }

        Assert.True(expected.Count == 0 && unexpected.Count == 0 && messages.Count == markup.Expected.Count,
            $"Expected and not reported:\n{Pasted(expected)}\nReported and not asserted; if right, paste markup and message:\n{Pasted(unexpected)}");
    }

    private static string Pasted(IEnumerable<(string Id, string Text, string Place, string Message)> diagnostics) =>
        string.Concat(diagnostics.Select(found =>
            $"  {{|{found.Id}:{found.Text}|}}    at {found.Place}\n  \"{found.Message.Replace("\"", "\\\"", StringComparison.Ordinal)}\"\n"));

    private static (string Id, string Text, string Place, string Message) Describe(Diagnostic diagnostic)
    {
        // What stands in a generated file is nobody's place to expect something at.
        bool isOwn = diagnostic.Location.SourceTree?.FilePath == GeneratorHarness.SourcePath;
        string text = isOwn ? diagnostic.Location.SourceTree!.ToString().Substring(diagnostic.Location.SourceSpan.Start, diagnostic.Location.SourceSpan.Length) : "";
        string place = isOwn ? diagnostic.Location.SourceSpan.ToString() : diagnostic.Location.ToString();
        return (diagnostic.Id, text, place, diagnostic.GetMessage(CultureInfo.InvariantCulture));
    }
}
