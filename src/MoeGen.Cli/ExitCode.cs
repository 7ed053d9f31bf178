namespace MoeGen.Cli;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    /// <summary>Done, and the answer is good.</summary>
    public const int Success = 0;

    /// <summary>Done, and the answer is no: out of the contract, files differ.</summary>
    public const int Negative = 1;

    /// <summary>Not done: an argument, a file or the machine is not what it takes; the message says what is.</summary>
    public const int BadInput = 2;
}
