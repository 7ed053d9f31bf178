namespace MoeGen.Checkpoints;

/// <summary>A checkpoint is damaged or of a kind that cannot be read. The message names the file, the value found and what is allowed.</summary>
public class CheckpointException : IOException
{
    private const int MaxReason = 400;

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

    /// <summary>The reader of JSON quotes the file as far as a wrong word goes; no more than this of it gets into a message or a log.</summary>
    internal static Exception Shorten(Exception problem) =>
        problem.Message.Length <= MaxReason ? problem : new FormatException(problem.Message[..MaxReason] + "...");

    /// <summary>Text of a file, shortened so that a hostile one cannot fill a log.</summary>
    internal static string Quote(string text) => text.Length <= 200 ? $"'{text}'" : $"'{text[..200]}...' ({text.Length} characters)";
}
