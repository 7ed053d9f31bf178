using System.Globalization;
using System.Text;

namespace MoeGen.Benchmarks;

/// <summary>A report as Markdown tables.</summary>
public static class MarkdownReport
{
    public static string Write(BenchmarkReport report)
    {
        var text = new StringBuilder();
        Line(text, $"{report.Device}, compute capability {report.ComputeCapability}, {report.Multiprocessors} multiprocessors; driver {report.DriverVersion}, NVRTC {report.NvrtcVersion}; {report.Date:yyyy-MM-dd HH:mm} UTC{(report.Commit is null ? "" : $", commit {report.Commit}")}.");
        Line(text, $"Limits: {report.Limits.Flops / 1e12:F0} TFLOP/s, {report.Limits.BytesPerSecond / 1e12:F2} TB/s ({report.Limits.Source}). Times in us a layer; Zipf with s = {report.ZipfExponent}.");
        foreach (CompileTime compile in report.Compile)
        {
            Line(text, $"Class to first call, {compile.Layer}: {compile.Cold:F0} ms compiled, {compile.Cached:F1} ms from the cache.");
        }

        Layers(text, report);
        RivalErrors(text, report);
        Choices(text, report.Choices);
        return text.ToString();
    }

    private static void Layers(StringBuilder text, BenchmarkReport report)
    {
        if (report.Rows.Count == 0)
        {
            return;
        }

        string[] rivals = [.. report.Rivals.Select(rival => rival.Rival).Distinct()];
        string names = string.Concat(rivals.Select(rival => $" {rival} | ours / {rival} |"));
        Line(text, $"\n| model | T | routing | variant | us | p10 | p90 | floor | x floor | TFLOP/s | TB/s | route | GEMM1 | GEMM2 | finalize | host us | beyond driver | capture us | graph launch us |{names}");
        Line(text, $"|---|--:|---|---|{string.Concat(Enumerable.Repeat("--:|", 15 + (2 * rivals.Length)))}");
        foreach (LayerRow row in report.Rows)
        {
            string others = string.Concat(rivals.Select(rival => Rival(row, report.RivalOf(row, rival))));
            Line(
                text,
                $"| {row.Model.Name} | {row.Tokens} | {row.Routing} | {row.Variant} | {row.Microseconds.Median:F1} | {row.Microseconds.P10:F1} | {row.Microseconds.P90:F1} | {row.FloorMicroseconds:F1} | {row.TimesFloor:F2} | {row.Teraflops:F0} | {row.TerabytesPerSecond:F2} | {Number(row.Stages?.Route)} | {Number(row.Stages?.Gemm1)} | {Number(row.Stages?.Gemm2)} | {Number(row.Stages?.Finalize)} | {row.Host.Forward:F1} | {row.Host.Own:F1} | {Number(row.Host.Capture)} | {Number(row.Host.GraphLaunch)} |{others}");
        }
    }

    private static string Rival(LayerRow row, RivalRow? rival) => rival?.Microseconds is { } time
        ? string.Create(CultureInfo.InvariantCulture, $" {time.Median:F1} | {row.Microseconds.Median / time.Median:F2} |")
        : rival is null ? "  |  |" : " failed |  |";

    private static void RivalErrors(StringBuilder text, BenchmarkReport report)
    {
        foreach (IGrouping<(string, string), RivalRow> group in report.Rivals.Where(rival => rival.Error is not null).GroupBy(rival => (rival.Rival, rival.Error!)))
        {
            Line(text, $"\n{group.Key.Item1} failed at {group.Count()} point(s), first {group.First().Model} T = {group.First().Tokens} {group.First().Routing}: {group.Key.Item2}");
        }
    }

    private static void Choices(StringBuilder text, IReadOnlyList<ChoiceRow> choices)
    {
        if (choices.Count == 0)
        {
            return;
        }

        Line(text, $"\n| model | T | routing | chosen | best | chosen / best | all, us |\n|---|--:|---|---|---|--:|---|");
        foreach (ChoiceRow row in choices)
        {
            string all = string.Join(", ", row.Variants.Select(variant => string.Create(CultureInfo.InvariantCulture, $"{variant.Name} {variant.Microseconds:F1}")));
            Line(text, $"| {row.Model} | {row.Tokens} | {row.Routing} | {row.Chosen} | {row.Best.Name} | {row.OverBest:F3} | {all} |");
        }

        ChoiceSummary summary = ChoiceSummary.Of(choices);
        Line(text, $"\nChosen over best, {choices.Count} points: median {summary.Median:F3} (target {ChoiceSummary.MedianTarget}), worst {summary.Worst:F3} (target {ChoiceSummary.WorstTarget}): {(summary.Reached ? "reached" : "not reached")}.");
    }

    private static string Number(double? value) => value?.ToString("F1", CultureInfo.InvariantCulture) ?? "";

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
