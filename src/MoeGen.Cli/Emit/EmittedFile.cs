namespace MoeGen.Cli.Emit;

/// <summary>One class's text, or one file of a folder, and how the two stand to each other.</summary>
/// <param name="Class">Full name of the class; null for a file that belongs to none.</param>
/// <param name="File">Path of the file; null where the class has no CUDA text.</param>
/// <param name="Lines">Lines of the class's text.</param>
/// <param name="State">embedded, written, same, differs, missing, surplus, or managed (no CUDA text).</param>
/// <param name="Diff">From the file to the class's text, in unified form; null where they are the same.</param>
internal sealed record EmittedFile(string? Class, string? File, int Lines, string State, string? Diff = null)
{
    public const string Embedded = "embedded", Written = "written", Same = "same", Differs = "differs", Missing = "missing", Surplus = "surplus", Managed = "managed";

    /// <summary>Whether a check fails for it.</summary>
    public bool IsWrong => State is Differs or Missing or Surplus;
}
