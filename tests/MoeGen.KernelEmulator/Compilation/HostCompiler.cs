using System.Diagnostics;

namespace MoeGen.KernelEmulator;

/// <summary>The C++ compiler of this machine.</summary>
internal static class HostCompiler
{
    private static readonly string[] Names = ["g++", "clang++"];
    private static readonly Lazy<string?> Found = new(Find);

    /// <summary>Path of g++ or clang++; null where there is none. <c>MOEGEN_CXX</c> names another.</summary>
    public static string? Command => Found.Value;

    /// <summary>Whether kernels can be compiled here.</summary>
    public static bool IsAvailable(out string reason)
    {
        bool fits = OperatingSystem.IsLinux() && System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture
            == System.Runtime.InteropServices.Architecture.X64;
        reason = !fits ? "the emulator's context switch is written for x86-64 Linux"
            : Command is null ? "no g++ or clang++ on the PATH, and MOEGEN_CXX is not set" : "";
        return reason.Length == 0;
    }

    /// <summary>Runs a tool to its end and returns what it wrote; throws with its messages where it fails.</summary>
    public static string Run(string command, params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{command} does not start.");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output
            : throw new InvalidOperationException($"{command} {string.Join(' ', arguments)}\nended with {process.ExitCode}:\n{errors.Result}");
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("MOEGEN_CXX") is { Length: > 0 } named)
        {
            return named;
        }

        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return Names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }
}
