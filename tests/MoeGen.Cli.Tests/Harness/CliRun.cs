using System.Diagnostics;
using System.Text.Json;
using MoeGen.Cli.Output;

namespace MoeGen.Cli.Tests.Harness;

/// <summary>A finished command: exit code, standard output, standard error.</summary>
internal sealed record CliRun(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>In this process, everything piped.</summary>
    public static CliRun Of(params string[] arguments) => On(GpuAccess.OfMachine, arguments);

    /// <summary>In this process, with another device in the place of the machine's.</summary>
    public static CliRun On(GpuAccess gpu, params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = CommandLine.Run(arguments, new Terminal(output, error, outputIsTerminal: false, errorIsTerminal: false), gpu);
        return new CliRun($"moegen {string.Join(' ', arguments)}", code, output.ToString(), error.ToString());
    }

    /// <summary>As a process of its own, its output piped.</summary>
    public static CliRun OfProcess(params string[] arguments)
    {
        string tool = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "moegen.exe" : "moegen");
        using Process process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new CliRun($"moegen {string.Join(' ', arguments)}", process.ExitCode, output, error.Result);
    }

    public CliRun AssertExit(int code)
    {
        Assert.True(ExitCode == code, $"{Command} ended with {ExitCode} instead of {code}:\n{Output}\n{Error}");
        return this;
    }

    /// <summary>One message that has these words, and no stack.</summary>
    public CliRun AssertBadInput(params string[] words)
    {
        AssertExit(MoeGen.Cli.ExitCode.BadInput);
        Assert.StartsWith("moegen: ", Error, StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, Error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        return this;
    }

    /// <summary>Standard output, which must be one JSON object on one line.</summary>
    public JsonElement Json()
    {
        Assert.Equal(Output.Length - Environment.NewLine.Length, Output.IndexOf('\n', StringComparison.Ordinal) - Environment.NewLine.Length + 1);
        using JsonDocument document = JsonDocument.Parse(Output);
        Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
        return document.RootElement.Clone();
    }
}
