namespace MoeGen.Checkpoints;

/// <summary>A checkpoint is damaged or of a kind that cannot be read. The message names the file, the value found and what is allowed.</summary>
public class CheckpointException : IOException
{
    /// <summary>With a message.</summary>
    public CheckpointException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and its cause.</summary>
    public CheckpointException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Text of a file, shortened so that a hostile one cannot fill a log.</summary>
    internal static string Quote(string text) => text.Length <= 200 ? $"'{text}'" : $"'{text[..200]}...' ({text.Length} characters)";
}
