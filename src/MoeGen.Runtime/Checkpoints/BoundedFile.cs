namespace MoeGen.Checkpoints;

/// <summary>Reads a small file whole, and refuses a large one.</summary>
internal static class BoundedFile
{
    public static byte[] Read(string path, long maxLength, Func<string, string, CheckpointException> problem)
    {
        using FileStream stream = CheckpointFolder.OpenPlain(path, problem);
        long length = stream.Length;
        if (length > maxLength)
        {
            throw problem(path, $"the file has {length} bytes; allowed are at most {maxLength}.");
        }

        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
