using System.Text.Json;
using System.Text.Json.Nodes;

namespace MoeGen.Cli.Quantizing;

/// <summary>model.safetensors.index.json.</summary>
internal static class OutputIndex
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    /// <param name="folder">Where the files are.</param>
    /// <param name="fileOfTensor">From tensor to file.</param>
    public static byte[] Make(string folder, SortedDictionary<string, string> fileOfTensor)
    {
        long bytes = fileOfTensor.Values.Distinct(StringComparer.Ordinal).Sum(file => new FileInfo(Path.Combine(folder, file)).Length);
        var root = new JsonObject
        {
            ["metadata"] = new JsonObject { ["total_size"] = bytes },
            ["weight_map"] = new JsonObject(fileOfTensor.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        };
        return JsonSerializer.SerializeToUtf8Bytes<JsonNode>(root, s_indented);
    }
}
