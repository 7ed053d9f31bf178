namespace MoeGen.Cli.Quantizing;

/// <summary>A finished file.</summary>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Of its bytes, in hexadecimal.</param>
/// <param name="Experts">What is reported of the experts in it.</param>
internal sealed record ManifestFile(long Bytes, string Sha256, IReadOnlyList<ExpertError> Experts);
