using MoeGen.Cli.Emit;

namespace MoeGen.Cli.Commands;

/// <summary>The JSON of <c>moegen emit</c>.</summary>
internal sealed record EmitReport(bool Ok, string Assembly, IReadOnlyList<EmittedFile> Files);
