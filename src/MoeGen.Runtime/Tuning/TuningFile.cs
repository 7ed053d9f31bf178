using System.Text.Json;
using System.Text.Json.Serialization;

namespace MoeGen;

/// <summary>The JSON document of a table.</summary>
internal sealed record TuningFile
{
    public required int FormatVersion { get; init; }

    public required IReadOnlyList<TuningEntry> Entries { get; init; }
}

/// <summary>Reads and writes it without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    MaxDepth = 8,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(TuningFile))]
internal sealed partial class TuningJson : JsonSerializerContext;
