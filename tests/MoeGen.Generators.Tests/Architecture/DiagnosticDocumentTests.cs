using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using MoeGen.Generators.Diagnostics;
using MoeGen.Generators.Tests.Harness;
using MoeGen.Generators.Validation;

namespace MoeGen.Generators.Tests.Architecture;

/// <summary>docs/diagnostics.md is written from the descriptors, so that it cannot fall behind them.</summary>
public sealed partial class DiagnosticDocumentTests
{
    [Fact]
    public void The_document_has_every_rule_as_its_descriptor_words_it()
    {
        string path = Path.Combine(Repository.Root, "docs", "diagnostics.md");
        string expected = Text();
        if (Environment.GetEnvironmentVariable("MOEGEN_ACCEPT_SNAPSHOTS") == "1")
        {
            File.WriteAllText(path, expected);
        }

        string actual = File.Exists(path) ? File.ReadAllText(path) : "";
        Assert.True(expected == actual, $"{path} differs; MOEGEN_ACCEPT_SNAPSHOTS=1 writes it. {Snapshot.FirstDifference(expected, actual)}");
    }

    private static string Text()
    {
        StringBuilder text = new(
            """
            # Diagnostics

            What the generator reports about a class with `[MoeConfig]`, at the argument or the part of the declaration that it is about.
            All are errors, and a class with one has no kernels. It keeps its members, so that the code that uses it compiles, unless its
            declaration is what is wrong. `…` stands for what was found and what follows from it.

            | id | what | message, with what is allowed and why |
            |---|---|---|

            """);
        foreach (string id in typeof(RuleIds).GetFields().Select(rule => (string)rule.GetRawConstantValue()!).Order(StringComparer.Ordinal))
        {
            DiagnosticDescriptor descriptor = DiagnosticDescriptors.Of(id);
            Assert.Equal(DiagnosticSeverity.Error, descriptor.DefaultSeverity);
            string message = Placeholder().Replace(descriptor.MessageFormat.ToString(CultureInfo.InvariantCulture), "…");
            text.Append(CultureInfo.InvariantCulture, $"| {id} | {descriptor.Title} | {message.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        }

        return text.ToString();
    }

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Placeholder();
}
