using System.CommandLine;
using System.Globalization;
using System.Reflection;
using MoeGen.Cli.Output;
using Spectre.Console;

namespace MoeGen.Cli.Commands;

/// <summary><c>moegen info</c>: what this machine has.</summary>
internal sealed class InfoCommand : Command
{
    private readonly Option<string?> _tuning = new("--tuning") { Description = "A tuning table: which of its entries match this machine." };
    private readonly Option<string?> _assembly = new("--assembly") { Description = "With --tuning: the assembly whose classes the entries may be about; left out, this tool's own." };
    private readonly Terminal _terminal;

    public InfoCommand(Terminal terminal, Option<bool> json)
        : base("info", "GPUs, driver, NVRTC and cuBLAS, the cache of compiled kernels, tuning tables.")
    {
        _terminal = terminal;
        Add(_tuning);
        Add(_assembly);
        SetAction(parsed => Run(parsed.GetValue(_tuning), parsed.GetValue(_assembly), parsed.GetValue(json)));
    }

    /// <summary>Version of the tool.</summary>
    public static string Version { get; } = typeof(InfoCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    private int Run(string? tuning, string? assembly, bool json)
    {
        if (assembly is not null && tuning is null)
        {
            throw new BadInputException("--assembly is given without --tuning, and has no meaning alone.");
        }

        (IReadOnlyList<GpuReport> gpus, string? driver, string? noGpu) = MachineInfo.Gpus();
        var report = new InfoReport(
            Version, gpus, noGpu, driver, MachineInfo.Nvrtc(), MachineInfo.Cublas(), MachineInfo.Cache(), tuning is null ? null : TuningInfo.Read(tuning, assembly, gpus));
        if (json)
        {
            _terminal.WriteJson(report, CliJson.Default.InfoReport);
        }
        else
        {
            Print(report);
        }

        return ExitCode.Success;
    }

    private void Print(InfoReport report)
    {
        _terminal.WriteFacts(("moegen", report.Version), ("driver", report.Driver is null ? "none" : $"for CUDA up to {report.Driver}"));
        if (report.Gpus.Count == 0)
        {
            _terminal.WriteFacts(("no GPU", report.NoGpu!));
        }

        foreach (GpuReport gpu in report.Gpus)
        {
            _terminal.WriteFacts((
                $"GPU {gpu.Ordinal}",
                $"{gpu.Name}, compute capability {gpu.ComputeCapability}, {gpu.Multiprocessors} SMs, {Gib(gpu.MemoryBytes)} of memory, {Gib(gpu.FreeMemoryBytes)} free"));
        }

        Print("NVRTC", report.Nvrtc);
        Print("cuBLAS", report.Cublas);
        _terminal.WriteFacts((
            "cache",
            report.Cache.Folder is null
                ? "none: the system names no home folder"
                : string.Create(CultureInfo.InvariantCulture, $"{report.Cache.Folder}, {report.Cache.Entries} kernels, {report.Cache.Bytes / 1048576.0:F1} MiB")));
        if (report.Tuning is { } table)
        {
            Print(table);
        }
        else
        {
            _terminal.WriteFacts(("tuning", "no table named; --tuning FILE reads one"));
        }
    }

    private void Print(string name, LibraryReport library)
    {
        _terminal.WriteFacts((name, library.Found ? $"{library.Version} {library.Path ?? "(the system does not tell where)"}".Trim() : "not found; tried"));
        foreach (string attempt in library.Tried ?? [])
        {
            _terminal.Output.WriteLine($"  {attempt}");
        }
    }

    private void Print(TuningReport report)
    {
        _terminal.WriteFacts(("tuning", report.Problem ?? $"{report.File}, {report.Entries.Count} entries, {report.Entries.Count(entry => entry.Matches)} match"));
        Table table = new Table().AddColumns("layer", "device", "E", "K", "H", "I", "sizes", "matches");
        foreach (TuningEntryReport entry in report.Entries)
        {
            string[] cells =
            [
                entry.Layer, $"{entry.Device} ({entry.ComputeCapability}, {entry.Multiprocessors} SMs)", $"{entry.NumExperts}", $"{entry.TopK}", $"{entry.HiddenSize}", $"{entry.IntermediateSize}", $"{entry.Points}", entry.Problem ?? "yes",
            ];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }

        _terminal.WriteTable(table, report.Entries.Count);
    }

    private static string Gib(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:F1} GiB");
}
