namespace MoeGen.Generators.Models;

/// <summary>Where an argument, or another <see cref="Models.Place"/>, stands.</summary>
/// <param name="Place">Name of the argument, or a constant of <see cref="Models.Place"/>.</param>
/// <param name="Span">Where it stands.</param>
internal sealed record PlacedSpan(string Place, SourceSpan Span);
