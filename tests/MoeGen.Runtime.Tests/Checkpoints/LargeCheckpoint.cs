using System.Text;

namespace MoeGen.Tests;

/// <summary>Writes a checkpoint of a given size with random weights in one of the stored forms.</summary>
internal static class LargeCheckpoint
{
    public const int Hidden = 4096;
    public const int Intermediate = 1536;

    // Random bytes but for exponents of MXFP4, which 255 would make NaN; as many experts as make up the size.
    public static int Write(TempFolder folder, string form, long bytes)
    {
        const long Elements = (long)Hidden * Intermediate;
        double each = form switch { "fp8" => 3.0 * Elements, "mxfp4" => 3.0 * Elements * 17 / 32, _ => 6.0 * Elements };
        int experts = (int)Math.Max(1, bytes / each);
        string keys = form switch
        {
            "transposed" or "mxfp4" => "\"model_type\":\"gpt_oss\",\"intermediate_size\":1536",
            _ => "\"model_type\":\"qwen3_moe\",\"moe_intermediate_size\":1536",
        };
        string quantization = form switch
        {
            "fp8" => ",\"quantization_config\":{\"quant_method\":\"fp8\",\"weight_block_size\":[128,128]}",
            "mxfp4" => ",\"quantization_config\":{\"quant_method\":\"mxfp4\"}",
            _ => "",
        };
        folder.Write("config.json", $"{{{keys},\"hidden_act\":\"silu\",\"hidden_size\":{Hidden},\"num_hidden_layers\":1,\"num_local_experts\":{experts},\"num_experts_per_tok\":1{quantization}}}");
        var tensors = new List<(string Name, string Dtype, int[] Shape, long Bytes)>();
        void Add(string name, string dtype, int size, params int[] shape) => tensors.Add((name, dtype, shape, shape.Aggregate((long)size, (product, length) => product * length)));
        Add(form is "transposed" or "mxfp4" ? "router.weight" : "gate.weight", "BF16", 2, experts, Hidden);
        switch (form)
        {
            case "transposed" or "mxfp4":
                Add("router.bias", "BF16", 2, experts);
                Add("experts.gate_up_proj_bias", "BF16", 2, experts, 2 * Intermediate);
                Add("experts.down_proj_bias", "BF16", 2, experts, Hidden);
                if (form == "transposed")
                {
                    Add("experts.gate_up_proj", "BF16", 2, experts, Hidden, 2 * Intermediate);
                    Add("experts.down_proj", "BF16", 2, experts, Intermediate, Hidden);
                }
                else
                {
                    Add("experts.gate_up_proj_blocks", "U8", 1, experts, 2 * Intermediate, Hidden / 32, 16);
                    Add("experts.gate_up_proj_scales", "U8", 1, experts, 2 * Intermediate, Hidden / 32);
                    Add("experts.down_proj_blocks", "U8", 1, experts, Hidden, Intermediate / 32, 16);
                    Add("experts.down_proj_scales", "U8", 1, experts, Hidden, Intermediate / 32);
                }

                break;
            case "stacked":
                Add("experts.gate_up_proj", "BF16", 2, experts, 2 * Intermediate, Hidden);
                Add("experts.down_proj", "BF16", 2, experts, Hidden, Intermediate);
                break;
            default:
                for (int expert = 0; expert < experts; expert++)
                {
                    foreach ((string projection, int rows, int columns) in new[] { ("gate_proj", Intermediate, Hidden), ("up_proj", Intermediate, Hidden), ("down_proj", Hidden, Intermediate) })
                    {
                        string name = $"experts.{expert}.{projection}.weight";
                        Add(name, form == "fp8" ? "F8_E4M3" : "BF16", form == "fp8" ? 1 : 2, rows, columns);
                        if (form == "fp8")
                        {
                            Add(name + "_scale_inv", "F32", 4, rows / 128, columns / 128);
                        }
                    }
                }

                break;
        }

        WriteTensors(folder, tensors);
        return experts;
    }

    private static void WriteTensors(TempFolder folder, List<(string Name, string Dtype, int[] Shape, long Bytes)> tensors)
    {
        long end = 0;
        byte[] header = Encoding.UTF8.GetBytes("{" + string.Join(',', tensors.Select(tensor =>
        {
            long begin = end;
            end += tensor.Bytes;
            return $"\"model.layers.0.mlp.{tensor.Name}\":{{\"dtype\":\"{tensor.Dtype}\",\"shape\":[{string.Join(',', tensor.Shape)}],\"data_offsets\":[{begin},{end}]}}";
        })) + "}");
        const int BlockBytes = 1 << 20;
        var blocks = new byte[2 * BlockBytes];
        new Random(1).NextBytes(blocks);
        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i] &= 0xBF;
        }

        // From another place each time, so that no two pieces are the same.
        using FileStream stream = File.Create(folder.File("model.safetensors"));
        stream.Write(TempFolder.Bytes(header, []));
        int first = 0;
        for (long left = end; left > 0; left -= BlockBytes)
        {
            stream.Write(blocks, first, (int)Math.Min(BlockBytes, left));
            first = (first + 4099) % BlockBytes;
        }
    }
}
