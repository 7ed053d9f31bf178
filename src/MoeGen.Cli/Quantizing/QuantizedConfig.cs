using System.Text.Json;
using System.Text.Json.Nodes;

namespace MoeGen.Cli.Quantizing;

/// <summary>config.json of a quantised checkpoint: the source's, with a quantization_config of compressed-tensors.</summary>
internal static class QuantizedConfig
{
    private const string Key = "quantization_config";

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    /// <remarks>Source: compressed-tensors, quantization/quant_config.py; a module of the ignore list keeps its weights.</remarks>
    public static byte[] Make(byte[] source, QuantizeRequest request, IEnumerable<string> ignored)
    {
        JsonObject root = JsonNode.Parse(source)!.AsObject();
        foreach (JsonObject section in root.Select(property => property.Value).OfType<JsonObject>().Append(root).ToArray())
        {
            section.Remove(Key);
        }

        bool isFour = request.Scheme == QuantizeScheme.W4A16;
        root[Key] = new JsonObject
        {
            ["quant_method"] = "compressed-tensors",
            ["format"] = FormatOf(request.Scheme),
            ["quantization_status"] = "compressed",
            ["kv_cache_scheme"] = null,
            ["config_groups"] = new JsonObject
            {
                ["group_0"] = new JsonObject
                {
                    ["targets"] = new JsonArray("Linear"),
                    ["weights"] = Arguments(
                        isFour ? 4 : 8, isFour ? "group" : "channel", isFour ? request.Options.GroupSize : null, isSymmetric: !(isFour && request.Options.ZeroPoints), isDynamic: false),
                    ["input_activations"] = request.Scheme != QuantizeScheme.W8A8 ? null
                        : Arguments(8, request.StaticScales ? "tensor" : "token", null, isSymmetric: true, isDynamic: !request.StaticScales),
                    ["output_activations"] = null,
                },
            },
            ["ignore"] = new JsonArray([.. ignored.Select(name => (JsonNode)name)]),
        };
        return JsonSerializer.SerializeToUtf8Bytes<JsonNode>(root, s_indented);
    }

    /// <summary>The format of the tensors. 8-bit weights beside other activations are packed, since others read them so only.</summary>
    public static string FormatOf(QuantizeScheme scheme) => scheme == QuantizeScheme.W8A8 ? "int-quantized" : "pack-quantized";

    private static JsonObject Arguments(int bits, string strategy, int? group, bool isSymmetric, bool isDynamic) => new()
    {
        ["num_bits"] = bits,
        ["type"] = "int",
        ["symmetric"] = isSymmetric,
        ["strategy"] = strategy,
        ["group_size"] = group,
        ["dynamic"] = isDynamic,
        ["actorder"] = null,
        ["block_structure"] = null,
    };
}
