using System.Text.Json;

namespace MoeGen.Benchmarks;

/// <summary>One run of the benchmark, as it is kept in <c>results.json</c>.</summary>
public sealed record BenchmarkReport
{
    /// <summary>Version of this schema; a file of another one is refused.</summary>
    public const int CurrentSchema = 1;

    public required int SchemaVersion { get; init; }

    public required string Device { get; init; }

    /// <summary>For instance 9.0.</summary>
    public required string ComputeCapability { get; init; }

    public required int Multiprocessors { get; init; }

    public required string DriverVersion { get; init; }

    public required string NvrtcVersion { get; init; }

    public required DateTimeOffset Date { get; init; }

    /// <summary>Of the code that was measured, if it was stated.</summary>
    public string? Commit { get; init; }

    /// <summary>What the floors are taken from.</summary>
    public required MachineLimits Limits { get; init; }

    /// <summary>The exponent of the Zipf routing.</summary>
    public double ZipfExponent { get; init; } = RoutingGenerator.ZipfExponent;

    public IReadOnlyList<CompileTime> Compile { get; init; } = [];

    public IReadOnlyList<LayerRow> Rows { get; init; } = [];

    public IReadOnlyList<RivalRow> Rivals { get; init; } = [];

    public IReadOnlyList<ChoiceRow> Choices { get; init; } = [];

    /// <summary>Reads a saved report.</summary>
    /// <exception cref="InvalidDataException">The file is no report, or of another schema.</exception>
    public static BenchmarkReport Load(string file)
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            BenchmarkReport report = JsonSerializer.Deserialize(stream, ReportJson.Default.BenchmarkReport)
                ?? throw new InvalidDataException($"{file} holds null; a benchmark report is required.");
            return report.SchemaVersion == CurrentSchema
                ? report
                : throw new InvalidDataException($"{file} has schema version {report.SchemaVersion}; allowed is {CurrentSchema}.");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{file} is no benchmark report: {error.Message}", error);
        }
    }

    /// <summary>Writes the report; a reader never sees a part of it.</summary>
    public void Save(string file)
    {
        string temporary = file + ".tmp";
        using (FileStream stream = File.Create(temporary))
        {
            JsonSerializer.Serialize(stream, this, ReportJson.Default.BenchmarkReport);
        }

        File.Move(temporary, file, overwrite: true);
    }

    /// <summary>The rival's time at the point of a row; null where it has none.</summary>
    public RivalRow? RivalOf(LayerRow row, string rival) => Rivals.FirstOrDefault(
        other => other.Rival == rival && other.Model == row.Model.Name && other.Tokens == row.Tokens && other.Routing == row.Routing);
}
