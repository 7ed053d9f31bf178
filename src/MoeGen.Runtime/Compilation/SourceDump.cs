namespace MoeGen;

/// <summary>Writes a text that did not compile to a file of its own, for the user to look at.</summary>
internal static class SourceDump
{
    /// <summary>Path of the file; null where the temporary folder cannot be written.</summary>
    internal static string? TryWrite(ReadOnlySpan<byte> source)
    {
        try
        {
            string path = Path.Combine(Path.GetTempPath(), $"moegen-{Guid.NewGuid():N}.cu");
            using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            stream.Write(source);
            return path;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
