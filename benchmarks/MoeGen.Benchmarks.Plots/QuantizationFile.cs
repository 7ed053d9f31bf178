using System.Text.Json;

namespace MoeGen.Benchmarks.Plots;

/// <summary>The JSON of <c>moegen quantize --json</c>, what plots need of it.</summary>
/// <param name="Family">The model's family.</param>
/// <param name="Scheme">w8a8, w8a16 or w4a16.</param>
/// <param name="Experts">A row for each expert.</param>
public sealed record QuantizationFile(string Family, string Scheme, IReadOnlyList<QuantizedExpert> Experts)
{
    private static readonly JsonSerializerOptions s_options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Reads it.</summary>
    /// <exception cref="InvalidDataException">The file is another one.</exception>
    public static QuantizationFile Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<QuantizationFile>(File.ReadAllBytes(path), s_options) is { Family: not null, Scheme: not null, Experts.Count: > 0 } file
                && file.Experts.All(expert => expert.Scales?.Counts is not null)
                ? file
                : throw new InvalidDataException($"{path} has no experts; the output of moegen quantize --json is required.");
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"{path} is not the output of moegen quantize --json: {problem.Message}", problem);
        }
    }
}
