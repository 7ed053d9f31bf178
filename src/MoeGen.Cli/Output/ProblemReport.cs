namespace MoeGen.Cli.Output;

/// <summary>The JSON object of a command that could not do its work.</summary>
internal sealed record ProblemReport(bool Ok, int ExitCode, string Message);
