namespace MoeGen.Checkpoints;

/// <summary>Which layers have experts, by the keys that families use for it.</summary>
internal static class LayerRules
{
    private const int DescribedLayers = 4096;
    private const int DescribedRanges = 8;

    /// <summary>Qwen: all but mlp_only_layers, every decoder_sparse_step-th.</summary>
    public static Func<int, bool> SparseStep(ModelConfig config)
    {
        int step = config.Has("decoder_sparse_step") ? config.GetPositive("decoder_sparse_step") : 1;
        var dense = new HashSet<int>(config.GetNonNegatives("mlp_only_layers") ?? []);
        return layer => !dense.Contains(layer) && (layer + 1L) % step == 0;
    }

    /// <summary>DeepSeek, GLM: from first_k_dense_replace on, every moe_layer_freq-th.</summary>
    public static Func<int, bool> AfterDense(ModelConfig config)
    {
        int first = config.GetNonNegative("first_k_dense_replace", missing: 0);
        int step = config.Has("moe_layer_freq") ? config.GetPositive("moe_layer_freq") : 1;
        return layer => layer >= first && layer % step == 0;
    }

    /// <summary>Llama-4: moe_layers, or every interleave_moe_layer_step-th.</summary>
    public static Func<int, bool> Interleaved(ModelConfig config)
    {
        if (config.GetNonNegatives("moe_layers") is { } listed)
        {
            var layers = new HashSet<int>(listed);
            return layers.Contains;
        }

        int step = config.Has("interleave_moe_layer_step") ? config.GetPositive("interleave_moe_layer_step") : 1;
        return layer => (layer + 1L) % step == 0;
    }

    /// <summary>For messages: "3-60", "1, 3, 5, ..." or "no layer".</summary>
    public static string Describe(Func<int, bool> hasExperts, int numLayers)
    {
        var ranges = new List<string>();
        int end = Math.Min(numLayers, DescribedLayers);
        for (int layer = 0; layer < end; layer++)
        {
            if (!hasExperts(layer))
            {
                continue;
            }

            if (ranges.Count == DescribedRanges)
            {
                ranges.Add("...");
                break;
            }

            int first = layer;
            while (layer + 1 < end && hasExperts(layer + 1))
            {
                layer++;
            }

            ranges.Add(first == layer ? $"{first}" : $"{first}-{layer}");
        }

        return ranges.Count == 0 ? "no layer" : string.Join(", ", ranges);
    }
}
