using System.CommandLine;
using MoeGen.Cli.Output;
using MoeGen.Cli.Timing;
using Spectre.Console;

namespace MoeGen.Cli.Commands;

/// <summary><c>moegen bench</c>: times a layer of any size on the GPU.</summary>
internal sealed class BenchCommand : Command
{
    private static readonly int[] s_tokens = [1, 8, 64, 512, 4096];

    private readonly Option<string?> _variant = new("--variant") { Description = "The kernels that every call runs, for instance m128n256k64s3 or decode; left out, chosen for each T." };
    private readonly Option<string?> _tuning = new("--tuning") { Description = "A tuning table that chooses." };
    private readonly LayerOptions _layer;
    private readonly Terminal _terminal;
    private readonly GpuAccess _gpu;

    public BenchCommand(Terminal terminal, Option<bool> json, GpuAccess gpu)
        : base("bench", "Times a layer with random weights and experts on the GPU: median microseconds a call, weights not in the L2 cache.")
    {
        _terminal = terminal;
        _gpu = gpu;
        _layer = new LayerOptions(this, string.Join(' ', s_tokens));
        Add(_variant);
        Add(_tuning);
        SetAction(parsed => Run(_layer.Read(parsed), parsed.GetValue(_variant), parsed.GetValue(_tuning), parsed.GetValue(json)));
    }

    private int Run(LayerRequest request, string? variant, string? tuning, bool json)
    {
        request = request.Tokens.Count > 0 ? request : request with { Tokens = s_tokens };
        var options = _gpu.Options with { Variant = variant, TuningTable = tuning is null ? null : TuningTable.Load(tuning) };
        using CudaContext context = request.OpenGpu(_gpu, "bench");
        IReadOnlyList<BenchRow> rows = _terminal.WithProgress("timing", json, progress => request.Kind.Accept(new LayerBench(request, context, options, progress)));
        MoeDescriptor layer = request.Kind.Descriptor;
        MoeShape shape = request.Shape;
        var report = new BenchReport(
            layer.Name, layer.Dtype.ToString(), layer.Activation.ToString(), context.Name, context.ComputeCapability.ToString(), context.MultiprocessorCount, shape.NumExperts, request.TopK, shape.HiddenSize, shape.IntermediateSize, rows);
        if (json)
        {
            _terminal.WriteJson(report, CliJson.Default.BenchReport);
        }
        else
        {
            Print(report);
        }

        return ExitCode.Success;
    }

    private void Print(BenchReport report)
    {
        _terminal.WriteFacts(
            ("layer", $"{report.Layer}: {report.Dtype}, {report.Activation}, E = {report.NumExperts}, K = {report.TopK}, H = {report.HiddenSize}, I = {report.IntermediateSize}"),
            ("device", $"{report.Device}, compute capability {report.ComputeCapability}, {report.Multiprocessors} SMs"));
        Table table = new Table().AddColumns("T", "us", "p10", "p90", "TFLOP/s", "GB/s", "experts", "variant", "by");
        foreach (BenchRow row in report.Rows)
        {
            table.AddRow(
                $"{row.Tokens}", $"{row.Microseconds:F1}", $"{row.P10:F1}", $"{row.P90:F1}", $"{row.Tflops:F1}", $"{row.GbPerS:F0}", $"{row.ExpertsTouched}", row.Variant, row.Reason.ToLowerInvariant());
        }

        _terminal.WriteTable(table, report.Rows.Count);
    }
}
