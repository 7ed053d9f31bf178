using System.Globalization;
using Microsoft.CodeAnalysis;

namespace MoeGen.Generators.Tests.Harness;

/// <summary>Compares everything that is reported for a source, by generator and compiler, with what its markup expects.</summary>
internal static class DiagnosticAssert
{
    /// <param name="marked">Source with markup; see <see cref="Markup"/>.</param>
    /// <param name="messages">The messages, in the order of the markup.</param>
    public static GeneratorRun Reports(string marked, params string[] messages)
    {
        Markup markup = Markup.Parse(marked);
        Assert.Equal(messages.Length, markup.Expected.Count);
        GeneratorRun run = GeneratorHarness.Run(markup.Source);

        string[] expected = markup.Expected
            .Select((place, i) => $"{place.Id} at '{markup.Source.Substring(place.Span.Start, place.Span.Length)}' {place.Span}: {messages[i]}")
            .Order(StringComparer.Ordinal).ToArray();
        string[] actual = run.Diagnostics.Select(diagnostic => Describe(markup.Source, diagnostic)).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(string.Join("\n", expected), string.Join("\n", actual));
        Assert.All(run.Diagnostics, diagnostic => Assert.Equal(GeneratorHarness.SourcePath, diagnostic.Location.GetLineSpan().Path));
        return run;
    }

    private static string Describe(string source, Diagnostic diagnostic)
    {
        Microsoft.CodeAnalysis.Text.TextSpan span = diagnostic.Location.SourceSpan;
        string text = span.End <= source.Length ? source.Substring(span.Start, span.Length) : diagnostic.Location.ToString();
        return $"{diagnostic.Id} at '{text}' {span}: {diagnostic.GetMessage(CultureInfo.InvariantCulture)}";
    }
}
