namespace MoeGen.Tests;

/// <summary>A form of quantised weights, and the quantization_config that says so.</summary>
internal sealed record IntegerForm(string Name, string Config, int Bits, int Group, bool ZeroPoints = false, bool Static = false)
{
    private const string Ct8 = "\"num_bits\":8,\"type\":\"int\",\"symmetric\":true,\"strategy\":\"channel\"";
    private const string Activations = "\"num_bits\":8,\"type\":\"int\",\"symmetric\":true,\"strategy\":\"token\"";

    public static IReadOnlyList<IntegerForm> All { get; } =
    [
        new("int8", Ct("int-quantized", Ct8, $"{{{Activations},\"dynamic\":true}}"), 8, 0),
        new("int8 static", Ct("int-quantized", Ct8, $"{{{Activations},\"dynamic\":false}}"), 8, 0, Static: true),
        new("packed 8 bits", Ct("pack-quantized", Ct8, "null"), 8, 0),
        new("packed 4 bits", Ct("pack-quantized", Ct4(32, true), "null"), 4, 32),
        new("packed zeros", Ct("pack-quantized", Ct4(32, false), "null"), 4, 32, ZeroPoints: true),
        new("packed rows", Ct("pack-quantized", "\"num_bits\":4,\"strategy\":\"channel\"", "null"), 4, 0),
        new("awq", "{\"quant_method\":\"awq\",\"bits\":4,\"group_size\":32,\"zero_point\":true,\"version\":\"gemm\"}", 4, 32, ZeroPoints: true),
        new("awq rows", "{\"quant_method\":\"awq\",\"bits\":4,\"group_size\":-1,\"zero_point\":true,\"version\":\"GEMM\"}", 4, 0, ZeroPoints: true),
        new("gptq", Gptq("true", "gptq"), 4, 32),
        new("gptq zeros", Gptq("false", "gptq"), 4, 32, ZeroPoints: true),
        new("gptq_v2 zeros", Gptq("false", "gptq_v2"), 4, 32, ZeroPoints: true),
    ];

    public static IntegerForm Of(string name) => All.Single(form => form.Name == name);

    private static string Ct(string format, string weights, string activations) =>
        $"{{\"quant_method\":\"compressed-tensors\",\"format\":\"{format}\",\"quantization_status\":\"compressed\",\"ignore\":[\"lm_head\"],\"config_groups\":{{\"group_0\":{{\"targets\":[\"Linear\"],\"weights\":{{{weights}}},\"input_activations\":{activations},\"output_activations\":null}}}}}}";

    private static string Ct4(int group, bool symmetric) =>
        $"\"num_bits\":4,\"type\":\"int\",\"strategy\":\"group\",\"group_size\":{group},\"symmetric\":{(symmetric ? "true" : "false")}";

    private static string Gptq(string symmetric, string format) =>
        $"{{\"quant_method\":\"gptq\",\"bits\":4,\"group_size\":32,\"desc_act\":false,\"sym\":{symmetric},\"checkpoint_format\":\"{format}\"}}";
}
