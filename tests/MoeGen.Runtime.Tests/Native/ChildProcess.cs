using System.Diagnostics;

namespace MoeGen.Tests;

/// <summary>Runs one of <see cref="ChildTasks"/> in a process of its own: this test program, told to run that one alone.</summary>
internal static class ChildProcess
{
    public const string OutputVariable = "MOEGEN_TEST_OUTPUT";
    public const string FolderVariable = "MOEGEN_TEST_FOLDER";

    /// <summary>Starts a task; its result comes from <see cref="Finish"/>.</summary>
    /// <param name="task">Name of the method.</param>
    /// <param name="folder">What the task finds in <see cref="FolderVariable"/>.</param>
    /// <param name="outputPath">Where the task writes its result.</param>
    /// <param name="shell">Commands of a Unix shell to begin with, in the same process.</param>
    public static Process Start(string task, string folder, string outputPath, string? shell = null)
    {
        string program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(shell is null ? program : "/bin/sh") { RedirectStandardOutput = true, RedirectStandardError = true };
        if (shell is not null)
        {
            foreach (string argument in new[] { "-c", $"{shell}; exec \"$@\"", "sh", program })
            {
                start.ArgumentList.Add(argument);
            }
        }

        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        }

        foreach (string argument in new[] { "-explicit", "only", "-method", $"{typeof(ChildTasks).FullName}.{task}" })
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[FolderVariable] = folder;
        start.Environment[OutputVariable] = outputPath;
        return Process.Start(start)!;
    }

    /// <summary>Waits; what the task wrote, or an exception with the child's console output.</summary>
    public static async Task<string> Finish(Process process, string outputPath)
    {
        using (process)
        {
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string console = await process.StandardOutput.ReadToEndAsync() + await errors;
            await process.WaitForExitAsync();
            return process.ExitCode == 0 && File.Exists(outputPath)
                ? await File.ReadAllTextAsync(outputPath)
                : throw new InvalidOperationException($"The child ended with {process.ExitCode}:\n{console}");
        }
    }
}
