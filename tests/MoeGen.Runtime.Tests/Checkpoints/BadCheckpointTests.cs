using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

/// <summary>What a checkpoint that cannot be read says: file, tensor or key, and what is expected.</summary>
public sealed class BadCheckpointTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("qwen2_moe", "mlp.shared_expert.up_proj.weight", "does not exist")]
    [InlineData("qwen2_moe", "mlp.shared_expert_gate.weight", "does not exist")]
    [InlineData("qwen2_moe", "mlp.gate.weight", "does not exist")]
    [InlineData("deepseek_v3", "mlp.gate.e_score_correction_bias", "does not exist")]
    [InlineData("deepseek_v3 fp8", "mlp.experts.3.down_proj.weight_scale_inv", "does not exist")]
    [InlineData("gpt_oss", "mlp.router.bias", "does not exist")]
    [InlineData("gpt_oss", "mlp.experts.gate_up_proj", "does not exist")]
    [InlineData("gpt_oss mxfp4", "mlp.experts.down_proj_scales", "does not exist")]
    [InlineData("gpt_oss mxfp4", "mlp.experts.gate_up_proj_bias", "does not exist")]
    [InlineData("granitemoe", "block_sparse_moe.output_linear.weight", "does not exist")]
    [InlineData("granitemoeshared", "shared_mlp.input_linear.weight", "does not exist")]
    [InlineData("llama4", "feed_forward.router.weight", "does not exist")]
    [InlineData("olmoe", "mlp.experts.7.up_proj.weight", "does not exist")]
    public void A_missing_or_renamed_tensor_is_named(string name, string tensor, string says)
    {
        FamilyCase made = FamilyCases.Make(name);
        made.Checkpoint.Rename(tensor, tensor + ".old");
        made.Checkpoint.Write(_folder);
        AssertSays(["'" + made.Checkpoint.Prefix + tensor + "'", says, _folder.Path]);
    }

    [Theory]
    [InlineData("mixtral", "\"num_local_experts\":8", "\"num_local_experts\":9", "'model.layers.1.block_sparse_moe.gate.weight' F16 [8, 16] must be [9, 16]")]
    [InlineData("mixtral", "\"intermediate_size\":24", "\"intermediate_size\":32", "w1.weight' F16 [24, 16] must be [32, 16]")]
    [InlineData("qwen2_moe", "size\":40", "size\":48", "shared_expert.gate_proj.weight' F32 [40, 16] must be [48, 16]")]
    [InlineData("qwen2_moe", "size\":40", "size\":24000", "NumSharedExperts is 1000; allowed is 0 to 29")]
    [InlineData("qwen2_moe", "size\":40", "size\":2147483647", "the shared expert has intermediate size 2147483647; allowed are at most 536870912")]
    [InlineData("qwen3_moe stacked", "\"num_experts\":8", "\"num_experts\":4", "mlp.gate.weight' BF16 [8, 16] must be [4, 16]")]
    [InlineData("qwen3_moe stacked", "\"moe_intermediate_size\":24", "\"moe_intermediate_size\":16", "gate_up_proj' BF16 [8, 48, 16] must be [8, 32, 16]")]
    [InlineData("gpt_oss", "\"intermediate_size\":64", "\"intermediate_size\":32", "gate_up_proj' BF16 [8, 32, 128] must be [8, 32, 64]")]
    [InlineData("gpt_oss mxfp4", "\"intermediate_size\":64", "\"intermediate_size\":32", "gate_up_proj_blocks' U8 [8, 128, 1, 16] must be [8, 64, 1, 16]")]
    [InlineData("gpt_oss mxfp4", "\"hidden_size\":32", "\"hidden_size\":40", "router.weight' BF16 [8, 32] must be [8, 40]")]
    [InlineData("gpt_oss mxfp4", "mxfp4", "fp8", "quantization_config.weight_block_size is missing; fp8 weights need it")]
    [InlineData("gpt_oss mxfp4", "\"quant_method\":\"mxfp4\"", "\"quant_method\":\"fp8\",\"weight_block_size\":[8,8]", "is MXFP4, and config.json says no quant_method mxfp4")]
    [InlineData("gpt_oss", "\"swiglu_limit\":1.5", "\"swiglu_limit\":-1", "swiglu_limit")]
    [InlineData("gpt_oss", "\"swiglu_limit\":1.5", "\"swiglu_limit\":\"7\"", "swiglu_limit is '\"7\"'; a finite number is required")]
    [InlineData("deepseek_v3 fp8", "[16,9]", "[8,9]", "weight_scale_inv' F32 [3, 3] must be [5, 3]")]
    [InlineData("deepseek_v3 fp8", "[16,9]", "[16]", "weight_block_size is [16]; allowed are two positive integers")]
    [InlineData("deepseek_v3 fp8", "[16,9]", "[16,0]", "weight_block_size is [16, 0]; allowed are two positive integers")]
    [InlineData("deepseek_v3 fp8", "\"fp8\"", "\"hqq\"", "quantization_config.quant_method is 'hqq'; allowed are 'fp8' with weight_block_size, 'mxfp4', 'compressed-tensors', 'awq' and 'gptq'")]
    [InlineData("deepseek_v3 fp8", "\"e4m3\"", "\"e5m2\"", "quantization_config.fmt is 'e5m2'; allowed is 'e4m3'")]
    [InlineData("deepseek_v3 fp8", "\"quantization_config\"", "\"quantization\"", "gate_proj.weight' F8_E4M3 [40, 24] is F8_E4M3, and config.json has no quantization_config")]
    [InlineData("deepseek_v3", "\"n_group\":4", "\"n_group\":3", "NumExpertGroups is 3; allowed is a divisor of numExperts 8")]
    [InlineData("deepseek_v3", "\"topk_group\":2", "\"topk_group\":5", "NumSelectedGroups is 5; allowed is 1 to NumExpertGroups 4")]
    [InlineData("deepseek_v3", "\"topk_group\":2", "\"topk_group\":1", "topK is 3; allowed is 1 to 2, the experts of 1 groups of 2")]
    [InlineData("deepseek_v3", "\"n_shared_experts\":1", "\"n_shared_experts\":2000000000", "n_shared_experts is 2000000000; allowed are at most 32")]
    [InlineData("deepseek_v3", "\"n_shared_experts\":1", "\"n_shared_experts\":-1", "n_shared_experts is '-1'; allowed are integers from 0")]
    [InlineData("deepseek_v3", "{\"hidden", "{\"scoring_func\":\"softmax\",\"hidden", "scoring_func is 'softmax'; allowed is 'sigmoid'")]
    [InlineData("deepseek_v3", "\"first_k_dense_replace\":1", "\"first_k_dense_replace\":2", "layer 1 has no MoE block, it is dense; with experts are no layer of 2 layers")]
    [InlineData("deepseek_v2", "{\"hidden", "{\"norm_topk_prob\":2,\"hidden", "norm_topk_prob is '2'; allowed are true and false")]
    [InlineData("deepseek_v2", "\"greedy\"", "\"noaux_tc\"", "topk_method is 'noaux_tc'; allowed are 'greedy' and 'group_limited_greedy'")]
    [InlineData("deepseek_v2 groups", "\"n_group\":4,", "", "n_group is missing")]
    [InlineData("phimoe", "\"num_experts_per_tok\":2", "\"num_experts_per_tok\":3", "topK is 3; allowed is 2 with SparseMixer")]
    [InlineData("phimoe", "noise\":0.3", "noise\":-0.3", "JitterEpsilon is -0.3; allowed is a finite number, 0 or more")]
    [InlineData("llama4", "step\":2", "step\":3", "layer 1 has no MoE block, it is dense")]
    [InlineData("llama4", "\"llama4_text\"", "\"llama3_text\"", "model_type is 'llama4'; known are mixtral")]
    [InlineData("llama4", "\"hidden_size\":80", "\"hidden_size\":\"80\"", "text_config.hidden_size is")]
    [InlineData("llama4", "\"text_config\":{", "\"text_config\":[{", "is not valid JSON")]
    [InlineData("granitemoe", "\"silu\"", "\"gelu\"", "hidden_act is 'gelu'; allowed are 'silu' and 'swish'")]
    public void A_contradiction_is_named(string name, string from, string to, string says)
    {
        FamilyCase made = FamilyCases.Make(name);
        Assert.Contains(from, made.Checkpoint.Config, StringComparison.Ordinal);
        made.Checkpoint.Config = made.Checkpoint.Config.Replace(from, to, StringComparison.Ordinal);
        made.Checkpoint.Write(_folder);
        AssertSays([says, _folder.Path]);
    }

    [Theory]
    [InlineData("mixtral", "block_sparse_moe.experts.5.w2.weight", SafetensorsDtype.I16, 2, "w2.weight' I16 [16, 24] is stored as I16; only BF16, F16 and F32 can be converted")]
    [InlineData("deepseek_v3 fp8", "mlp.experts.5.up_proj.weight", SafetensorsDtype.F8_E5M2, 1, "is stored as F8_E5M2; only")]
    public void A_wrong_element_type_is_named(string name, string tensor, SafetensorsDtype dtype, int bytes, string says)
    {
        FamilyCase made = FamilyCases.Make(name);
        int[] shape = name == "mixtral" ? [16, 24] : [40, 24];
        made.Checkpoint.Add(tensor, dtype, shape, new byte[bytes * shape[0] * shape[1]]);
        made.Checkpoint.Write(_folder);
        AssertSays([says, _folder.Path]);
    }

    [Fact]
    public void An_absent_shard_is_named()
    {
        FamilyCases.Make("deepseek_v3").Checkpoint.Write(_folder, tensorsPerShard: 5);
        File.Delete(_folder.File("model-2.safetensors"));
        AssertSays(["'model-2.safetensors' does not exist", "model.safetensors.index.json"]);
    }

    [Fact]
    public void A_folder_without_configuration_is_named()
    {
        FamilyCases.Make("olmoe").Checkpoint.Write(_folder);
        File.Delete(_folder.File("config.json"));
        FileNotFoundException problem = Assert.Throws<FileNotFoundException>(() => MoeCheckpoint.Open(_folder.Path));
        Assert.Contains("config.json", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dense_layers_are_told_from_those_with_experts()
    {
        FamilyCase made = FamilyCases.Make("deepseek_v3");
        made.Checkpoint.Config = made.Checkpoint.Config
            .Replace("\"num_hidden_layers\":2", "\"num_hidden_layers\":61", StringComparison.Ordinal)
            .Replace("\"first_k_dense_replace\":1", "\"first_k_dense_replace\":3", StringComparison.Ordinal);
        made.Checkpoint.Write(_folder);
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        CheckpointException problem = Assert.Throws<CheckpointException>(() => checkpoint.GetBlock(1));
        Assert.Contains("layer 1 has no MoE block, it is dense; with experts are 3-60 of 61 layers", problem.Message, StringComparison.Ordinal);
        Assert.Contains("'model.layers.60.mlp.gate.weight' does not exist", Assert.ThrowsAny<CheckpointException>(() => checkpoint.GetBlock(60)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deepseek_v3 fp8", "is stored as F8_E4M3, and weights of BF16 were asked for")]
    [InlineData("gpt_oss mxfp4", "is stored as U8, and weights of BF16 were asked for")]
    [InlineData("mixtral", "is stored as F16, and weights of BF16 were asked for")]
    public void Conversion_must_be_allowed(string name, string says)
    {
        FamilyCases.Make(name).Checkpoint.Write(_folder);
        using var driver = new FakeCudaDriver();
        using var context = new CudaContext(driver);
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        MoeBlock block = checkpoint.GetBlock(1);
        Assert.Contains(says, Assert.Throws<CheckpointException>(() => block.LoadWeights<BFloat16>()).Message, StringComparison.Ordinal);
        Assert.Contains(says, Assert.Throws<CheckpointException>(() => block.Upload<BFloat16>(context)).Message, StringComparison.Ordinal);
        Assert.Equal(0, driver.LiveAllocations);
    }

    [Fact]
    public void A_disposed_checkpoint_loads_nothing_and_frees_what_it_allocated()
    {
        FamilyCases.Make("granitemoe").Checkpoint.Write(_folder);
        using var driver = new FakeCudaDriver();
        using var context = new CudaContext(driver);
        MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        MoeBlock block = checkpoint.GetBlock(1);
        checkpoint.Dispose();
        Assert.Throws<ObjectDisposedException>(() => block.LoadWeights<BFloat16>());
        Assert.Throws<ObjectDisposedException>(() => block.Upload<BFloat16>(context));
        Assert.Equal(0, driver.LiveAllocations);
    }

    private void AssertSays(string[] parts)
    {
        CheckpointException problem = Assert.ThrowsAny<CheckpointException>(() =>
        {
            using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
            checkpoint.GetBlock(1);
        });
        Assert.All(parts, part => Assert.Contains(part, problem.Message, StringComparison.Ordinal));
    }
}
