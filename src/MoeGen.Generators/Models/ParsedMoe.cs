using MoeGen.Generators.Helpers;

namespace MoeGen.Generators.Models;

/// <summary>One annotated class as read: the declaration, and apart from it where its parts stand.</summary>
/// <param name="Declaration">What was declared.</param>
/// <param name="Spans">Where; the only part that an edit elsewhere in the file changes.</param>
internal sealed record ParsedMoe(MoeDeclaration Declaration, EquatableArray<PlacedSpan> Spans);
