using System.Text.Json;
using MoeGen.Benchmarks.Plots;
using Xunit;

namespace MoeGen.Benchmarks.Tests;

public sealed class ReportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("moegen-report-").FullName;

    private static BenchmarkReport Sample => new()
    {
        SchemaVersion = BenchmarkReport.CurrentSchema,
        Device = "Test GPU",
        ComputeCapability = "9.0",
        Multiprocessors = 132,
        DriverVersion = "13.0",
        NvrtcVersion = "12.4",
        Date = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Commit = "abc123",
        Limits = MachineLimits.H200,
        Compile = [new CompileTime("ladder", 4900, 3.4)],
        Rows =
        [
            new(ModelShape.All[0], 1, RoutingPattern.Random, "ladder", "decode", new Spread(174.4, 174.3, 174.5, 174, 175), 2, 163.9, new StageTimes(null, 115, 59.4, null), new HostTimes(8, 5.5, 90, 2.1)),
            new(ModelShape.All[0], 4096, RoutingPattern.Zipf, "ladder", "m128n256k64s3", new Spread(7000, 6900, 7100, 6800, 7200), 8, 3653.4, new StageTimes(8, 4500, 2400, 92), new HostTimes(15, 10, 100, 2.2)),
        ],
        Rivals =
        [
            new("triton", "mixtral", 1, RoutingPattern.Random, new Spread(348.8, 348, 350, 347, 351), 3e-3, "rows 16", null),
            new("triton", "mixtral", 4096, RoutingPattern.Zipf, null, null, null, "RuntimeError: out of memory"),
        ],
        Choices = [new ChoiceRow("mixtral", 64, RoutingPattern.OneExpert, "a", [new("a", 110), new("b", 100)])],
    };

    [Fact]
    public void Json_round_trips()
    {
        string file = Path.Combine(_folder, "results.json");
        Sample.Save(file);
        BenchmarkReport read = BenchmarkReport.Load(file);
        Assert.Equal(JsonSerializer.Serialize(Sample, ReportJson.Default.BenchmarkReport), JsonSerializer.Serialize(read, ReportJson.Default.BenchmarkReport));
        Assert.Equal(Sample.Rows, read.Rows);
        Assert.Equal(Sample.Rivals, read.Rivals);
        Assert.Contains("\"schemaVersion\": 1", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_schema_and_damaged_files_are_refused()
    {
        string file = Path.Combine(_folder, "results.json");
        (Sample with { SchemaVersion = 2 }).Save(file);
        Assert.Contains("schema version 2", Assert.Throws<InvalidDataException>(() => BenchmarkReport.Load(file)).Message, StringComparison.Ordinal);
        File.WriteAllText(file, "{");
        Assert.Throws<InvalidDataException>(() => BenchmarkReport.Load(file));
    }

    [Fact]
    public void A_line_of_a_rival_is_read_as_the_scripts_write_it()
    {
        const string line = """{"rival": "triton", "model": "small", "tokens": 8, "routing": "OneExpert", "microseconds": null, "relativeL2": null, "configuration": null, "error": "x"}""";
        Assert.Equal(new RivalRow("triton", "small", 8, RoutingPattern.OneExpert, null, null, null, "x"), JsonSerializer.Deserialize(line, ReportJson.Default.RivalRow));
    }

    [Fact]
    public void Markdown_has_a_line_a_row_with_as_many_cells_as_the_head()
    {
        string text = MarkdownReport.Write(Sample);
        string[] table = [.. text.Split('\n').SkipWhile(line => !line.StartsWith("| model", StringComparison.Ordinal)).TakeWhile(line => line.StartsWith('|'))];
        Assert.Equal(4, table.Length);
        Assert.All(table, line => Assert.Equal(table[0].Count(c => c == '|'), line.Count(c => c == '|')));
        Assert.Contains("| mixtral | 1 | Random | decode | 174.4 | 174.3 | 174.5 | 163.9 | 1.06 | 4 | 4.04 |  | 115.0 | 59.4 |  | 8.0 | 2.5 | 90.0 | 2.1 | 348.8 | 0.50 |", text, StringComparison.Ordinal);
        Assert.Contains("| failed |  |", text, StringComparison.Ordinal);
        Assert.Contains("triton failed at 1 point(s), first mixtral T = 4096 Zipf: RuntimeError: out of memory", text, StringComparison.Ordinal);
        Assert.Contains("| mixtral | 64 | OneExpert | a | b | 1.100 | a 110.0, b 100.0 |", text, StringComparison.Ordinal);
        Assert.Contains("not reached", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_of_moegen_quantize_is_drawn()
    {
        Directory.CreateDirectory(_folder);
        string report = Path.Combine(_folder, "quantize.json");
        File.WriteAllText(report, """
            {"family":"mixtral","scheme":"w8a8","ok":true,"experts":[
            {"layer":0,"expert":0,"weight_error":0.01,"scales":{"zeros":1,"lowest_exponent":-9,"counts":[3,0,4]},"output_error":0.02},
            {"layer":0,"expert":1,"weight_error":0.02,"scales":{"zeros":0,"lowest_exponent":-8,"counts":[5]}}]}
            """);
        IReadOnlyList<string> files = PlotFiles.Write(QuantizationFile.Load(report), Path.Combine(_folder, "plots"));
        Assert.Equal(["quantization.png", "quantization.svg"], files.Select(Path.GetFileName));
        string svg = File.ReadAllText(files[1]);
        Assert.All(["error of weights", "error of outputs", "w8a8"], text => Assert.Contains(text, svg, StringComparison.Ordinal));
        File.WriteAllText(report, "{\"family\":\"mixtral\",\"scheme\":\"w8a8\",\"experts\":[]}");
        Assert.Contains("moegen quantize --json", Assert.Throws<InvalidDataException>(() => QuantizationFile.Load(report)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plots_are_written_as_svg_and_png()
    {
        IReadOnlyList<string> files = PlotFiles.Write(Sample, Path.Combine(_folder, "plots"));
        Assert.Equal(["times.png", "times.svg", "roofline.png", "roofline.svg"], files.Select(Path.GetFileName));
        Assert.All(files, file => Assert.InRange(new FileInfo(file).Length, 3000, 5_000_000));
        Assert.All(files.Where(file => file.EndsWith(".png", StringComparison.Ordinal)), file => Assert.Equal([0x89, 0x50, 0x4E, 0x47], File.ReadAllBytes(file)[..4]));
        Assert.All(files.Where(file => file.EndsWith(".svg", StringComparison.Ordinal)), file => Assert.EndsWith("</svg>", File.ReadAllText(file).TrimEnd(), StringComparison.Ordinal));
        Assert.Throws<ArgumentException>(() => PlotFiles.Write(Sample with { Rows = [] }, _folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
