using System.Text.Json.Serialization;

namespace MoeGen.Benchmarks;

/// <summary>The MoE sizes of a published model: E experts, K a token, hidden size H, intermediate size I.</summary>
public sealed record ModelShape(string Name, int NumExperts, int TopK, int HiddenSize, int IntermediateSize)
{
    /// <summary>The shapes that are timed by default.</summary>
    public static IReadOnlyList<ModelShape> All { get; } =
    [
        new("mixtral", 8, 2, 4096, 14336),
        new("qwen3", 128, 8, 2048, 768),
        new("deepseek-shard", 32, 8, 7168, 2048),
        new("gpt-oss", 32, 4, 2880, 2880),
        new("small", 8, 2, 512, 2048),
    ];

    /// <summary>One expert's weights, gated.</summary>
    [JsonIgnore]
    public long WeightsPerExpert => 3L * HiddenSize * IntermediateSize;

    /// <summary>Bytes of one expert's weights.</summary>
    public long BytesPerExpert(OperandFormat format) => (long)(WeightsPerExpert * format.BitsPerWeight / 8);

    /// <summary>Floating-point operations of T tokens, gated: three products of H x I a slot.</summary>
    public double Flops(int tokens) => 6.0 * tokens * TopK * HiddenSize * IntermediateSize;

    /// <summary>The fewest bytes that T tokens move: the weights of the experts touched, input and output, once each.</summary>
    public double Bytes(int tokens, double expertsTouched, OperandFormat format) => (expertsTouched * BytesPerExpert(format)) + (2.0 * tokens * HiddenSize * 2);
}
