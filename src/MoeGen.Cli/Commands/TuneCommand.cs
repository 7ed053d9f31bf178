using System.CommandLine;
using MoeGen.Cli.Output;
using MoeGen.Cli.Timing;
using Spectre.Console;

namespace MoeGen.Cli.Commands;

/// <summary><c>moegen tune</c>: measures which kernels are fastest, for a tuning table.</summary>
internal sealed class TuneCommand : Command
{
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Tuning table to put the result into, beside what it has; made where it does not exist." };
    private readonly LayerOptions _layer;
    private readonly Terminal _terminal;
    private readonly GpuAccess _gpu;

    public TuneCommand(Terminal terminal, Option<bool> json, GpuAccess gpu)
        : base("tune", "Measures on the GPU which kernels are fastest at each number of tokens. An entry holds for the class it was measured with: name yours with --assembly and --class.")
    {
        _terminal = terminal;
        _gpu = gpu;
        _layer = new LayerOptions(this, "26 values from 1 to 8192");
        Add(_output);
        SetAction(parsed => Run(_layer.Read(parsed), parsed.GetValue(_output), parsed.GetValue(json)));
    }

    private int Run(LayerRequest request, string? output, bool json)
    {
        request = request.Tokens.Count > 0 ? request : request with { Tokens = VariantTuner.DefaultGrid };

        // Before minutes are spent: a damaged table is an error, a new one needs its folder.
        TuningTable table = output is not null && File.Exists(output) ? TuningTable.Load(output) : new TuningTable([]);
        if (output is not null && Path.GetDirectoryName(Path.GetFullPath(output)) is { } folder && !Directory.Exists(folder))
        {
            throw new BadInputException($"--output {output}: the folder {folder} does not exist.");
        }

        using CudaContext context = request.OpenGpu(_gpu, "tune");
        TuningEntry entry = _terminal.WithProgress("tuning", json, progress => request.Kind.Accept(new LayerTuner(request, context, _gpu.Options, progress)));
        if (output is not null)
        {
            table.With(entry).Save(output);
        }

        var report = new TuneReport(
            entry.Layer, entry.Device, entry.ComputeCapability, entry.MultiprocessorCount, entry.NumExperts, entry.TopK, entry.HiddenSize, entry.IntermediateSize, entry.Points, output);
        if (json)
        {
            _terminal.WriteJson(report, CliJson.Default.TuneReport);
        }
        else
        {
            Print(report);
        }

        return ExitCode.Success;
    }

    private void Print(TuneReport report)
    {
        _terminal.WriteFacts(
            ("layer", $"{report.Layer}: E = {report.NumExperts}, K = {report.TopK}, H = {report.HiddenSize}, I = {report.IntermediateSize}"),
            ("device", $"{report.Device}, compute capability {report.ComputeCapability}, {report.Multiprocessors} SMs"));
        Table table = new Table().AddColumns("T", "variant", "us");
        foreach (TuningPoint point in report.Points)
        {
            table.AddRow($"{point.NumTokens}", point.Variant, $"{point.Microseconds:F1}");
        }

        _terminal.WriteTable(table, report.Points.Count);
        if (report.Table is not null)
        {
            _terminal.WriteFacts(("written", report.Table));
        }
    }
}
