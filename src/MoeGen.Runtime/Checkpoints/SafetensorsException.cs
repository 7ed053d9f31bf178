namespace MoeGen.Checkpoints;

/// <summary>A safetensors file or index breaks the format. The message names the file, the tensor, the value found and what is allowed.</summary>
public sealed class SafetensorsException : CheckpointException
{
    /// <summary>About a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">What is wrong, as a sentence.</param>
    /// <param name="innerException">The cause, if any.</param>
    public SafetensorsException(string path, string problem, Exception? innerException = null)
        : base($"{path}: {problem}", innerException)
    {
        Path = path;
    }

    /// <summary>The file.</summary>
    public string Path { get; }
}
