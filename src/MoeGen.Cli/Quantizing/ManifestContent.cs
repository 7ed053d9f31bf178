namespace MoeGen.Cli.Quantizing;

/// <summary>The JSON of <see cref="QuantizeManifest"/>.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Source">SHA-256 of what it was asked of.</param>
/// <param name="Files">The finished files by name.</param>
internal sealed record ManifestContent(string Request, string Source, Dictionary<string, ManifestFile> Files);
