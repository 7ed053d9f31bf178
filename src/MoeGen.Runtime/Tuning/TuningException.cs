namespace MoeGen;

/// <summary>A tuning table that cannot be read: the message names the file, the place and what is allowed.</summary>
public sealed class TuningException : Exception
{
    internal TuningException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
