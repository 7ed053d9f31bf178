using System.Diagnostics;

namespace MoeGen.Tests;

/// <summary>Runs a program of the system.</summary>
internal static class UnixCommand
{
    /// <summary>Its exit code and what it said; -1 where there is no such program.</summary>
    public static (int Code, string Errors) Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, errors);
        }
        catch (System.ComponentModel.Win32Exception problem)
        {
            return (-1, problem.Message);
        }
    }
}
