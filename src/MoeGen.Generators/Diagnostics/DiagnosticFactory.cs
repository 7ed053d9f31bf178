using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using MoeGen.Generators.Validation;

namespace MoeGen.Generators.Diagnostics;

/// <summary>From an issue to what the compiler reports.</summary>
internal static class DiagnosticFactory
{
    /// <summary>The diagnostic of an issue. What would put it right goes with it in properties, for the code fixes.</summary>
    public static Diagnostic Create(Issue issue, Location location) => Diagnostic.Create(
        DiagnosticDescriptors.Of(issue.Id), location, PropertiesOf(issue.Suggestion), issue.Arguments.ToArray<object>());

    private static ImmutableDictionary<string, string?> PropertiesOf(Suggestion? suggestion) => suggestion is null
        ? ImmutableDictionary<string, string?>.Empty
        : ImmutableDictionary<string, string?>.Empty
            .Add(SuggestionProperties.Name, suggestion.Name)
            .Add(SuggestionProperties.Value, suggestion.Value);
}
