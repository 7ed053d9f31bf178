namespace MoeGen.Checkpoints;

/// <summary>Reads the quantization_config of compressed-tensors, AWQ and GPTQ.</summary>
internal static class IntegerSchemes
{
    /// <summary>One scheme for all modules. Groups of modules must agree on the weights.</summary>
    /// <remarks>Source: compressed-tensors, quantization/quant_config.py, quant_scheme.py and quant_args.py.</remarks>
    public static IntegerScheme ReadCompressedTensors(ModelConfig section)
    {
        string status = section.GetString("quantization_status", missing: "compressed");
        if (status != "compressed")
        {
            throw section.Problem("quantization_status", CheckpointException.Quote(status), "allowed is 'compressed'");
        }

        ModelConfig groups = section.GetSection("config_groups") ?? throw section.Problem("config_groups", "missing", "an object of schemes is required");
        IntegerScheme? found = null;
        foreach (ModelConfig group in groups.GetSections())
        {
            IntegerScheme scheme = ReadGroup(group, group.GetString("format", section.GetString("format", missing: "")));
            if (found is not null && found != scheme)
            {
                throw section.Problem("config_groups", "several schemes that differ", "allowed is one scheme of weights and activations for all modules");
            }

            found = scheme;
        }

        return found ?? throw section.Problem("config_groups", "empty", "an object of schemes is required");
    }

    /// <remarks>Source: AutoAWQ, awq/utils/packing_utils.py; transformers, AwqConfig.</remarks>
    public static IntegerScheme ReadAwq(ModelConfig section)
    {
        CheckFourBits(section);
        string version = section.GetString("version", missing: "gemm");
        return version.Equals("gemm", StringComparison.OrdinalIgnoreCase)
            ? new IntegerScheme(IntegerPacking.Awq, 4, ReadGroupSize(section), section.GetBoolean("zero_point", missing: true))
            : throw section.Problem("version", CheckpointException.Quote(version), "allowed is 'gemm'");
    }

    /// <remarks>Source: AutoGPTQ, nn_modules/qlinear; GPTQModel's checkpoint_format gptq_v2 stores the zero point as it is.</remarks>
    public static IntegerScheme ReadGptq(ModelConfig section)
    {
        CheckFourBits(section);
        string format = section.GetString("checkpoint_format", missing: "gptq");
        return format is "gptq" or "gptq_v2"
            ? new IntegerScheme(IntegerPacking.Gptq, 4, ReadGroupSize(section), HasZeroPoints: !section.GetBoolean("sym", missing: true))
            {
                ZeroPointOffset = format == "gptq" ? 1 : 0,
            }
            : throw section.Problem("checkpoint_format", CheckpointException.Quote(format), "allowed are 'gptq' and 'gptq_v2'");
    }

    private static IntegerScheme ReadGroup(ModelConfig group, string format)
    {
        if (format is not ("int-quantized" or "pack-quantized"))
        {
            throw group.Problem("format", CheckpointException.Quote(format), "allowed are 'int-quantized' and 'pack-quantized'");
        }

        ModelConfig weights = group.GetSection("weights") ?? throw group.Problem("weights", "missing", "the weights' scheme is required");
        int bits = ReadBits(weights);
        if (format == "int-quantized" && bits != 8)
        {
            throw weights.Problem("num_bits", $"{bits}", "allowed with int-quantized is 8");
        }

        bool isSymmetric = weights.GetBoolean("symmetric", missing: true);
        if (bits == 8 && !isSymmetric)
        {
            throw weights.Problem("symmetric", "false", "allowed with 8 bits is true");
        }

        string strategy = weights.GetString("strategy", missing: weights.Has("group_size") ? "group" : "channel");
        int groupSize = strategy switch
        {
            "channel" => 0,
            "group" => ReadGroupSize(weights),
            _ => throw weights.Problem("strategy", CheckpointException.Quote(strategy), "allowed are 'channel' and 'group'"),
        };
        var scheme = new IntegerScheme(format == "int-quantized" ? IntegerPacking.Bytes : IntegerPacking.Packed, bits, groupSize, !isSymmetric);
        return group.GetSection("input_activations") is { } inputs ? WithActivations(scheme, inputs) : scheme;
    }

    private static IntegerScheme WithActivations(IntegerScheme scheme, ModelConfig inputs)
    {
        int bits = ReadBits(inputs);
        if (bits != 8 || scheme.Bits != 8)
        {
            throw inputs.Problem("num_bits", $"{bits} with weights of {scheme.Bits}", "allowed are 8 with weights of 8");
        }

        if (!inputs.GetBoolean("symmetric", missing: true))
        {
            throw inputs.Problem("symmetric", "false", "allowed is true");
        }

        return scheme with { QuantizesActivations = true, HasInputScales = !inputs.GetBoolean("dynamic", missing: false) };
    }

    private static int ReadBits(ModelConfig section)
    {
        string type = section.GetString("type", missing: "int");
        int bits = section.GetPositive("num_bits");
        return type == "int" && bits is 4 or 8
            ? bits
            : throw section.Problem("num_bits", $"{bits} of type {CheckpointException.Quote(type)}", "allowed are 4 and 8 of type 'int'");
    }

    private static void CheckFourBits(ModelConfig section)
    {
        int bits = section.GetPositive("bits");
        if (bits != 4)
        {
            throw section.Problem("bits", $"{bits}", "allowed is 4");
        }
    }

    // -1 stands for a whole row.
    private static int ReadGroupSize(ModelConfig section) => section.GetInteger("group_size") switch
    {
        -1 => 0,
        > 0 and var size => size,
        var size => throw section.Problem("group_size", $"{size}", "allowed are positive integers, and -1 for whole rows"),
    };
}
