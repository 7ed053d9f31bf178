using System.Text.Json.Serialization;

namespace MoeGen.Benchmarks;

/// <summary>The JSON of reports, and what the benchmark and the rivals' scripts tell each other.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(BenchmarkReport))]
[JsonSerializable(typeof(RivalRow))]
[JsonSerializable(typeof(IReadOnlyList<RivalPoint>))]
public sealed partial class ReportJson : JsonSerializerContext;
