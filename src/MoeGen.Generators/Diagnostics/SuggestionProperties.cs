namespace MoeGen.Generators.Diagnostics;

/// <summary>Keys of a diagnostic's properties: <see cref="Validation.Suggestion"/> on its way to the code fixes.</summary>
internal static class SuggestionProperties
{
    /// <summary>What to change.</summary>
    public const string Name = nameof(Name);

    /// <summary>What it should be.</summary>
    public const string Value = nameof(Value);
}
