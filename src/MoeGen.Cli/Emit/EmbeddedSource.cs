namespace MoeGen.Cli.Emit;

/// <summary>The CUDA text of one annotated class.</summary>
/// <param name="Class">Full name of the class.</param>
/// <param name="Text">UTF-8; empty where the class runs on the managed backend only (FP32).</param>
internal sealed record EmbeddedSource(string Class, byte[] Text)
{
    /// <summary>The name of its file in a folder.</summary>
    public string FileName => Class + EmittedFolder.Extension;

    public int Lines => Text.AsSpan().Count((byte)'\n') + (Text is [.., not (byte)'\n'] ? 1 : 0);
}
