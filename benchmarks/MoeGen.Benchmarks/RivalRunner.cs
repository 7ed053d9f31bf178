using System.Diagnostics;
using System.Text.Json;

namespace MoeGen.Benchmarks;

/// <summary>Runs each rival in a process of its own, so that one that dies takes nothing along.</summary>
internal sealed class RivalRunner(BenchmarkOptions options, RivalFiles files, Action<string> progress)
{
    // Beyond its own limit, which it watches between points.
    private const int GraceSeconds = 45;

    /// <summary>Names that <c>--rival-names</c> takes.</summary>
    public static readonly string[] Names = ["grouped_mm", "cublas_loop", "triton"];

    private static string Script => Path.Combine(AppContext.BaseDirectory, "rivals", "moe_rivals.py");

    public IReadOnlyList<RivalRow> Run(IReadOnlyList<RivalPoint> points)
    {
        string list = files.WritePoints(points);
        return [.. options.RivalNames.SelectMany(rival => Run(rival, list, points))];
    }

    private List<RivalRow> Run(string rival, string list, IReadOnlyList<RivalPoint> points)
    {
        string rows = files.RowsOf(rival);
        string? failure = Execute([Script, "--rival", rival, "--points", list, "--rows", rows, "--seconds", $"{options.RivalSeconds}"]);
        List<RivalRow> done = Read(rows, ref failure);
        return failure is null && done.Count == points.Count
            ? done
            : [.. done, .. points.Skip(done.Count).Select(point => new RivalRow(
                rival, point.Model.Name, point.Tokens, point.Routing, null, null, null, failure ?? "The script ended before this point."))];
    }

    private static List<RivalRow> Read(string file, ref string? failure)
    {
        var rows = new List<RivalRow>();
        try
        {
            foreach (string line in File.Exists(file) ? File.ReadLines(file) : [])
            {
                rows.Add(JsonSerializer.Deserialize(line, ReportJson.Default.RivalRow)!);
            }
        }
        catch (JsonException error)
        {
            // A process that was killed leaves half a line.
            failure ??= error.Message;
        }

        return rows;
    }

    /// <summary>Runs Python; returns why it failed, or null.</summary>
    private string? Execute(IEnumerable<string> arguments)
    {
        string last = "";
        try
        {
            using var process = new Process { StartInfo = new ProcessStartInfo(options.Python!, arguments) { RedirectStandardError = true, RedirectStandardOutput = true } };
            process.OutputDataReceived += (_, line) => Report(line.Data);
            process.ErrorDataReceived += (_, line) => last = string.IsNullOrWhiteSpace(line.Data) ? last : line.Data;
            process.Start();
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            if (!process.WaitForExit(TimeSpan.FromSeconds(options.RivalSeconds + GraceSeconds)))
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
                return $"Stopped after {options.RivalSeconds + GraceSeconds} s.";
            }

            process.WaitForExit();
            return process.ExitCode == 0 ? null : $"Exit code {process.ExitCode}: {last}";
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            return $"{options.Python} did not start: {error.Message}";
        }
    }

    private void Report(string? line)
    {
        if (line is not null)
        {
            progress(line);
        }
    }
}
