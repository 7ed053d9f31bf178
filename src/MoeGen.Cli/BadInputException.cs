namespace MoeGen.Cli;

/// <summary>An argument or a file is not what a command takes. The message names it, its value and what is allowed.</summary>
internal sealed class BadInputException(string message) : Exception(message);
