using MoeGen.Checkpoints;

namespace MoeGen.Tests;

/// <summary>One checkpoint of each family and form, with the names and forms of the published ones.</summary>
internal static class FamilyCases
{
    public static string[] Names =>
    [
        "mixtral", "olmoe", "qwen2_moe", "qwen3_moe stacked", "deepseek_v2", "deepseek_v2 norm_topk_prob", "deepseek_v2 groups", "deepseek_v3", "deepseek_v3 fp8", "kimi_k2", "glm4_moe",
        "granitemoe", "granitemoeshared", "phimoe", "llama4", "gpt_oss", "gpt_oss mxfp4",
    ];

    public static FamilyCase Make(string name) => name switch
    {
        "mixtral" => Mixtral("mixtral", "", RoutingMethod.SoftmaxTopKRenormalized, RouterOptions.Default),
        "phimoe" => Mixtral("phimoe", ",\"router_jitter_noise\":0.3", RoutingMethod.SparseMixer, new RouterOptions { JitterEpsilon = 0.3f }),
        "olmoe" => Olmoe(),
        "qwen2_moe" => Qwen2(),
        "qwen3_moe stacked" => Qwen3Stacked(),
        "deepseek_v2" => DeepseekV2(",\"topk_method\":\"greedy\",\"n_group\":null", RoutingMethod.SoftmaxTopK, groups: 1, selected: 1),

        // The block of transformers does not look at the key.
        "deepseek_v2 norm_topk_prob" => DeepseekV2(",\"norm_topk_prob\":true", RoutingMethod.SoftmaxTopK, groups: 1, selected: 1),
        "deepseek_v2 groups" => DeepseekV2(",\"topk_method\":\"group_limited_greedy\",\"n_group\":4,\"topk_group\":2", RoutingMethod.SoftmaxGroupedTopK, groups: 4, selected: 2),
        "deepseek_v3 fp8" => Sigmoid("deepseek_v3", 4, 2, isFp8: true),
        "deepseek_v3" => Sigmoid("deepseek_v3", 4, 2),
        "kimi_k2" or "glm4_moe" => Sigmoid(name, 1, 1),
        "granitemoe" => Granite(name, 0),
        "granitemoeshared" => Granite(name, 16),
        "llama4" => Llama4(),
        _ => GptOss(name.EndsWith("mxfp4", StringComparison.Ordinal)),
    };

    private static FamilyCase Mixtral(string family, string keys, RoutingMethod routing, RouterOptions options)
    {
        string config = $"\"model_type\":\"{family}\",\"hidden_size\":16,\"intermediate_size\":24,\"num_local_experts\":8,\"num_experts_per_tok\":2{keys}";
        var made = new FamilyCase(new(8, 16, 24, 2), config, SafetensorsDtype.F16, routing, options);
        made.Add("block_sparse_moe.gate.weight", [8, 16], made.Block.Router);
        made.AddPerExpert("block_sparse_moe.experts", "w1", "w3", "w2");
        return made;
    }

    private static FamilyCase Olmoe()
    {
        const string Config = "\"model_type\":\"olmoe\",\"hidden_size\":16,\"intermediate_size\":24,\"num_experts\":8,\"num_experts_per_tok\":3,\"norm_topk_prob\":false";
        var made = new FamilyCase(new(8, 16, 24, 3), Config, SafetensorsDtype.BF16, RoutingMethod.SoftmaxTopK);
        made.Add("mlp.gate.weight", [8, 16], made.Block.Router);
        made.AddPerExpert("mlp.experts");
        return made;
    }

    // A shared expert of 5/3 of a routed one's width.
    private static FamilyCase Qwen2()
    {
        const string Config = "\"model_type\":\"qwen2_moe\",\"hidden_size\":16,\"moe_intermediate_size\":24,\"shared_expert_intermediate_size\":40,\"num_experts\":8,\"num_experts_per_tok\":3,\"norm_topk_prob\":true";
        var made = new FamilyCase(new(8, 16, 24, 3) { SharedWidth = 40 }, Config, SafetensorsDtype.F32, RoutingMethod.SoftmaxTopKRenormalized);
        made.Block.SharedGate = made.Numbers(16, 1);
        made.Add("mlp.gate.weight", [8, 16], made.Block.Router);
        made.AddPerExpert("mlp.experts");
        made.AddMlp(made.Block.Shared!.Value, 40, "mlp.shared_expert");
        made.Add("mlp.shared_expert_gate.weight", [1, 16], made.Block.SharedGate);
        return made;
    }

    private static FamilyCase Qwen3Stacked()
    {
        const string Config = "\"model_type\":\"qwen3_moe\",\"hidden_size\":16,\"moe_intermediate_size\":24,\"num_experts\":8,\"num_experts_per_tok\":3,\"norm_topk_prob\":true";
        var made = new FamilyCase(new(8, 16, 24, 3), Config, SafetensorsDtype.BF16, RoutingMethod.SoftmaxTopKRenormalized);
        made.Add("mlp.gate.weight", [8, 16], made.Block.Router);
        made.Add("mlp.experts.gate_up_proj", [8, 48, 16], made.GateUp());
        made.Add("mlp.experts.down_proj", [8, 16, 24], made.Down());
        return made;
    }

    private static FamilyCase DeepseekV2(string keys, RoutingMethod routing, int groups, int selected)
    {
        string config = $"\"model_type\":\"deepseek_v2\",\"hidden_size\":16,\"moe_intermediate_size\":24,\"n_routed_experts\":8,\"num_experts_per_tok\":3,\"n_shared_experts\":2,\"routed_scaling_factor\":1.5,\"first_k_dense_replace\":1,\"moe_layer_freq\":1,\"scoring_func\":\"softmax\"{keys}";
        var options = new RouterOptions { RoutedScalingFactor = 1.5f, NumExpertGroups = groups, NumSelectedGroups = selected };
        var made = new FamilyCase(new(8, 16, 24, 3) { SharedWidth = 48 }, config, SafetensorsDtype.BF16, routing, options);
        AddDeepseek(made);
        return made;
    }

    // Blocks of 16 x 24 in matrices of 40 x 24 and 24 x 40: none of them ends at an edge.
    private static FamilyCase Sigmoid(string family, int groups, int selected, bool isFp8 = false)
    {
        const string Fp8 = ",\"quantization_config\":{\"quant_method\":\"fp8\",\"fmt\":\"e4m3\",\"weight_block_size\":[16,9]}";
        string config = $"\"model_type\":\"{family}\",\"hidden_size\":24,\"moe_intermediate_size\":40,\"n_routed_experts\":8,\"num_experts_per_tok\":3,\"n_shared_experts\":1,\"routed_scaling_factor\":2.5,\"first_k_dense_replace\":1,\"n_group\":{groups},\"topk_group\":{selected},\"norm_topk_prob\":true{(isFp8 ? Fp8 : "")}";
        var options = new RouterOptions { RoutedScalingFactor = 2.5f, NumExpertGroups = groups, NumSelectedGroups = selected, Renormalize = true };
        var made = new FamilyCase(new(8, 24, 40, 3) { SharedWidth = 40 }, config, SafetensorsDtype.BF16, RoutingMethod.SigmoidGroupedTopK, options);
        made.Block.SelectionBias = made.Numbers(8, 0.5);
        made.Checkpoint.Add("mlp.gate.e_score_correction_bias", SafetensorsDtype.F32, [8], made.Block.SelectionBias);
        AddDeepseek(made);
        if (isFp8)
        {
            new Fp8Rewriter(made, 16, 9).Run();
        }

        return made;
    }

    private static void AddDeepseek(FamilyCase made)
    {
        PlainBlock block = made.Block;
        made.Add("mlp.gate.weight", [block.Experts, block.Hidden], block.Router);
        made.AddPerExpert("mlp.experts");
        made.AddMlp(block.Shared!.Value, block.SharedWidth, "mlp.shared_experts");
    }

    private static FamilyCase Granite(string family, int shared)
    {
        string config = $"\"model_type\":\"{family}\",\"hidden_size\":16,\"intermediate_size\":24,\"num_local_experts\":8,\"num_experts_per_tok\":3,\"shared_intermediate_size\":{shared}";
        var made = new FamilyCase(new(8, 16, 24, 3) { SharedWidth = shared }, config, SafetensorsDtype.BF16, RoutingMethod.TopKSoftmax);
        made.Add("block_sparse_moe.router.layer.weight", [8, 16], made.Block.Router);
        made.Add("block_sparse_moe.input_linear.weight", [8, 48, 16], made.GateUp());
        made.Add("block_sparse_moe.output_linear.weight", [8, 16, 24], made.Down());
        if (made.Block.Shared is { } mlp)
        {
            made.Add("shared_mlp.input_linear.weight", [2 * shared, 16], [.. mlp.Gate, .. mlp.Up]);
            made.Add("shared_mlp.output_linear.weight", [16, shared], mlp.Down);
        }

        return made;
    }

    private static FamilyCase Llama4()
    {
        const string Text = "{\"model_type\":\"llama4_text\",\"hidden_act\":\"silu\",\"num_hidden_layers\":2,\"hidden_size\":80,\"intermediate_size\":72,\"num_local_experts\":4,\"num_experts_per_tok\":1,\"interleave_moe_layer_step\":2}";
        var made = new FamilyCase(
            new(4, 80, 72, 1) { SharedWidth = 72 }, "\"model_type\":\"llama4\",\"text_config\":" + Text, SafetensorsDtype.BF16, RoutingMethod.TopKSigmoidInput);
        made.Checkpoint.Prefix = "language_model.model.layers.1.";
        made.Add("feed_forward.router.weight", [4, 80], made.Block.Router);
        made.Add("feed_forward.experts.gate_up_proj", [4, 80, 144], FamilyCase.Transposed(made.GateUp(), 144, 80));
        made.Add("feed_forward.experts.down_proj", [4, 72, 80], FamilyCase.Transposed(made.Down(), 80, 72));
        made.AddMlp(made.Block.Shared!.Value, 72, "feed_forward.shared_expert");
        return made;
    }

    private static FamilyCase GptOss(bool mxfp4)
    {
        const string Config = "\"model_type\":\"gpt_oss\",\"hidden_size\":32,\"intermediate_size\":64,\"num_local_experts\":8,\"num_experts_per_tok\":3,\"swiglu_limit\":1.5";
        var made = new FamilyCase(
            new(8, 32, 64, 3) { Limit = 1.5f }, Config + (mxfp4 ? ",\"quantization_config\":{\"quant_method\":\"mxfp4\"}" : ""), SafetensorsDtype.BF16, RoutingMethod.TopKSoftmax);
        PlainBlock block = made.Block;
        block.RouterBias = made.Numbers(8, 1);
        block.GateBias = made.Numbers(8 * 64, 1);
        block.UpBias = made.Numbers(8 * 64, 1);
        block.DownBias = made.Numbers(8 * 32, 1);
        made.Add("mlp.router.weight", [8, 32], block.Router);
        made.Add("mlp.router.bias", [8], block.RouterBias);
        made.Add("mlp.experts.gate_up_proj_bias", [8, 128], [.. block.GateBias.Zip(block.UpBias).SelectMany(pair => new[] { pair.First, pair.Second })]);
        made.Add("mlp.experts.down_proj_bias", [8, 32], block.DownBias);
        if (mxfp4)
        {
            Mxfp4Writer.Write(made);
        }
        else
        {
            made.Add("mlp.experts.gate_up_proj", [8, 32, 128], FamilyCase.Transposed(made.Interleaved(), 128, 32));
            made.Add("mlp.experts.down_proj", [8, 64, 32], FamilyCase.Transposed(made.Down(), 32, 64));
        }

        return made;
    }
}
