namespace MoeGen.Checkpoints;

/// <summary>How a checkpoint's weights are quantised, by config.json's quantization_config.</summary>
/// <param name="IsMxfp4">quant_method mxfp4.</param>
/// <param name="BlockRows">quant_method fp8: rows of a block (weight_block_size); otherwise 0.</param>
/// <param name="BlockColumns">quant_method fp8: columns of a block; otherwise 0.</param>
internal sealed record Quantization(bool IsMxfp4, int BlockRows, int BlockColumns)
{
    public static Quantization None { get; } = new(false, 0, 0);

    /// <summary>quant_method compressed-tensors, awq or gptq; otherwise null.</summary>
    public IntegerScheme? Integers { get; init; }

    public static Quantization Read(ModelConfig config)
    {
        if (config.GetSection("quantization_config") is not { } section)
        {
            return None;
        }

        string method = section.GetString("quant_method");
        return method switch
        {
            "mxfp4" => None with { IsMxfp4 = true },
            "fp8" => ReadFp8(section),
            "compressed-tensors" => None with { Integers = IntegerSchemes.ReadCompressedTensors(section) },
            "awq" => None with { Integers = IntegerSchemes.ReadAwq(section) },
            "gptq" => None with { Integers = IntegerSchemes.ReadGptq(section) },
            _ => throw section.Problem(
                "quant_method", CheckpointException.Quote(method), "allowed are 'fp8' with weight_block_size, 'mxfp4', 'compressed-tensors', 'awq' and 'gptq'; load a checkpoint that is not quantised so"),
        };
    }

    private static Quantization ReadFp8(ModelConfig section)
    {
        string format = section.GetString("fmt", missing: "e4m3");
        if (format != "e4m3")
        {
            throw section.Problem("fmt", CheckpointException.Quote(format), "allowed is 'e4m3'");
        }

        IReadOnlyList<int> block = section.GetNonNegatives("weight_block_size")
            ?? throw section.Problem("weight_block_size", "missing", "fp8 weights need it, two positive integers");
        return block.Count == 2 && block[0] > 0 && block[1] > 0
            ? new Quantization(false, block[0], block[1])
            : throw section.Problem("weight_block_size", $"[{string.Join(", ", block.Take(4))}]", "allowed are two positive integers");
    }
}
