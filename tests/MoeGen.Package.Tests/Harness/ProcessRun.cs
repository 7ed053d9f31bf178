using System.Diagnostics;
using System.Text;

namespace MoeGen.Package.Tests.Harness;

/// <summary>A finished process: exit code and what it printed, standard output and errors together.</summary>
internal sealed record ProcessRun(string Command, int ExitCode, string Output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Runs the .NET command line in a folder, as a user would: nothing of this test's own build reaches it.</summary>
    public static ProcessRun Dotnet(string folder, params string[] arguments) => Start("dotnet", folder, arguments);

    public static ProcessRun Start(string program, string folder, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        // A node that stays would keep the pipes open.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        using Process process = Process.Start(start)!;
        StringBuilder output = new();
        DataReceivedEventHandler collect = (_, line) =>
        {
            lock (output)
            {
                output.Append(line.Data).Append('\n');
            }
        };
        process.OutputDataReceived += collect;
        process.ErrorDataReceived += collect;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        string command = $"{program} {string.Join(' ', arguments)}";
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{command} ran for more than {Limit}:\n{output}");
        }

        // The first wait ends with the process, this one with its pipes.
        process.WaitForExit();
        return new ProcessRun(command, process.ExitCode, output.ToString());
    }

    public ProcessRun AssertSuccess()
    {
        Assert.True(ExitCode == 0, $"{Command} ended with {ExitCode}:\n{Output}");
        return this;
    }

    public ProcessRun AssertFailure()
    {
        Assert.True(ExitCode != 0, $"{Command} should have failed:\n{Output}");
        return this;
    }

    public ProcessRun AssertPrinted(string text)
    {
        Assert.True(Output.Contains(text, StringComparison.Ordinal), $"{Command} did not print\n{text}\nbut\n{Output}");
        return this;
    }
}
