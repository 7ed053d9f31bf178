using System.Text;
using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

public sealed class MoeCheckpointTests : IDisposable
{
    private const string Config =
        """{"model_type":"qwen3_moe","hidden_size":8,"moe_intermediate_size":16,"num_experts":2,"num_experts_per_tok":1,"hidden_act":"silu","num_hidden_layers":3}""";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Gate_and_up_are_put_together_by_expert()
    {
        Write(Config, "F32");
        MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        MoeBlock block = checkpoint.GetBlock(1);
        MoeWeights<float> weights = block.LoadWeights<float>();
        checkpoint.Dispose();
        Assert.Equal(Fc1Layout.GateUp, weights.Fc1Layout);
        Assert.Equal(new MoeShape(2, 8, 16), weights.Shape);

        // Every element of a tensor is its number in the file: router 0, then down, gate, up of each expert.
        Assert.All(block.Router.Weight.ToArray(), value => Assert.Equal(0, value));
        for (int expert = 0; expert < 2; expert++)
        {
            Assert.All(weights.Fc2ExpertWeights[expert].ToArray(), value => Assert.Equal((3 * expert) + 1, value));
            Assert.All(weights.Fc1ExpertWeights[expert].ToArray()[..128], value => Assert.Equal((3 * expert) + 2, value));
            Assert.All(weights.Fc1ExpertWeights[expert].ToArray()[128..], value => Assert.Equal((3 * expert) + 3, value));
        }

        Assert.Throws<ObjectDisposedException>(() => block.LoadWeights<float>());
    }

    [Fact]
    public void Without_norm_topk_prob_the_scales_are_not_renormalised()
    {
        Write(Config, "F32");
        using (MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path))
        {
            Assert.Equal(RoutingMethod.SoftmaxTopK, checkpoint.GetBlock(1).Routing);
        }

        Write(Config.Replace("{\"model", "{\"norm_topk_prob\":true,\"model", StringComparison.Ordinal), "F32");
        using MoeCheckpoint normalised = MoeCheckpoint.Open(_folder.Path);
        Assert.Equal(RoutingMethod.SoftmaxTopKRenormalized, normalised.GetBlock(1).Routing);
    }

    [Fact]
    public void Another_element_type_is_loaded_only_when_asked_to_convert()
    {
        Write(Config, "F32");
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        MoeBlock block = checkpoint.GetBlock(1);
        AssertSays("is stored as F32, and weights of BF16 were asked for", () => block.LoadWeights<BFloat16>());
        Assert.Equal((BFloat16)2f, block.LoadWeights<BFloat16>(allowConversion: true).Fc1ExpertWeights[0].Span[0]);
        Assert.Equal((Half)2f, block.LoadWeights<Half>(allowConversion: true).Fc1ExpertWeights[0].Span[0]);
        Assert.Throws<NotSupportedException>(() => block.LoadWeights<int>(allowConversion: true));
    }

    [Fact]
    public void Elements_that_cannot_be_converted_are_named()
    {
        Write(Config, "I32");
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        AssertSays("is stored as I32; only BF16, F16 and F32 can be converted", () => checkpoint.GetBlock(1));
    }

    [Fact]
    public void Layers_without_a_block_are_named()
    {
        Write(Config.Replace("{\"model", "{\"decoder_sparse_step\":2,\"mlp_only_layers\":[7],\"model", StringComparison.Ordinal), "F32");
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        Assert.Equal(3, checkpoint.NumLayers);
        Assert.False(checkpoint.HasMoeBlock(0));
        Assert.True(checkpoint.HasMoeBlock(1));
        Assert.False(checkpoint.HasMoeBlock(3));
        AssertSays("layer 0 has no MoE block, it is dense; with experts are 1 of 3 layers", () => checkpoint.GetBlock(0));
        Assert.Equal(2, checkpoint.GetBlock(1).Shape.NumExperts);
        Assert.Throws<ArgumentOutOfRangeException>(() => checkpoint.GetBlock(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => checkpoint.GetBlock(-1));
    }

    [Theory]
    [InlineData("\"moe_intermediate_size\":16", "\"moe_intermediate_size\":24", "'model.layers.1.mlp.experts.0.gate_proj.weight' F32 [16, 8] must be [24, 8]")]
    [InlineData("\"num_experts\":2", "\"num_experts\":3", "'model.layers.1.mlp.gate.weight' F32 [2, 8] must be [3, 8]")]
    [InlineData("qwen3_moe", "llama", "model_type is 'llama'; known are mixtral, phimoe, qwen2_moe, qwen3_moe, olmoe, deepseek_v2, deepseek_v3, kimi_k2, glm4_moe, gpt_oss, granitemoe")]
    [InlineData("\"model_type\":\"qwen3_moe\",", "", "model_type is missing")]
    [InlineData("\"qwen3_moe\"", "7", "model_type is '7'; a string is required")]
    [InlineData("\"hidden_size\":8", "\"hidden_size\":\"8\"", "hidden_size is '\"8\"'; allowed are integers")]
    [InlineData("\"hidden_size\":8", "\"hidden_size\":-8", "hidden_size is '-8'")]
    [InlineData("\"hidden_size\":8", "\"hidden_size\":12", "hiddenSize is 12; allowed are multiples of 8")]
    [InlineData("\"hidden_size\":8,", "", "hidden_size is missing")]
    [InlineData("\"hidden_size\":8", "\"hidden_size\":null", "hidden_size is missing")]
    [InlineData("\"num_experts\":2,", "", "num_experts or num_local_experts is missing")]
    [InlineData("\"num_experts\":2", "\"num_experts\":2,\"num_local_experts\":4", "num_experts is 2 and num_local_experts is 4; they must agree")]
    [InlineData("\"num_experts\":2", "\"num_experts\":5000", "numExperts is 5000; allowed is 1 to 1024")]
    [InlineData("\"num_experts_per_tok\":1", "\"num_experts_per_tok\":3", "num_experts_per_tok is 3; allowed is 1 to 2")]
    [InlineData("\"silu\"", "\"tanh\"", "hidden_act is 'tanh'; allowed are 'silu'")]
    [InlineData("{\"model", "{\"norm_topk_prob\":1,\"model", "norm_topk_prob is '1'; allowed are true and false")]
    [InlineData("{\"model_type", "\"", "is not valid JSON")]
    [InlineData(Config, "[]", "is a JSON Array; it must be an object")]
    public void Wrong_configurations_are_named(string from, string to, string part)
    {
        Write(Config.Replace(from, to, StringComparison.Ordinal), "F32");
        AssertSays(part, () =>
        {
            using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
            checkpoint.GetBlock(1);
        });
    }

    [Fact]
    public void A_missing_tensor_is_named()
    {
        Write(Config, "F32", skip: "experts.1.up_proj");
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        AssertSays("tensor 'model.layers.1.mlp.experts.1.up_proj.weight' does not exist", () => checkpoint.GetBlock(1));
        Assert.ThrowsAny<IOException>(() => MoeCheckpoint.Open(_folder.File("absent")));
        File.Delete(_folder.File("config.json"));
        Assert.Throws<FileNotFoundException>(() => MoeCheckpoint.Open(_folder.Path));
    }

    private static void AssertSays(string part, Action action) =>
        Assert.Contains(part, Assert.ThrowsAny<CheckpointException>(action).Message, StringComparison.Ordinal);

    // Layer 1 of E = 2, H = 8, I = 16, all of 4-byte elements.
    private void Write(string config, string dtype, string skip = "none")
    {
        _folder.Write("config.json", config);
        var header = new StringBuilder();
        var data = new List<byte>();
        int number = 0;
        Add("gate.weight", 2, 8);
        for (int expert = 0; expert < 2; expert++)
        {
            Add($"experts.{expert}.down_proj.weight", 8, 16);
            Add($"experts.{expert}.gate_proj.weight", 16, 8);
            Add($"experts.{expert}.up_proj.weight", 16, 8);
        }

        _folder.Write("model.safetensors", TempFolder.Bytes(Encoding.UTF8.GetBytes($"{{{header}}}"), [.. data]));

        void Add(string name, int rows, int columns)
        {
            if (name.StartsWith(skip, StringComparison.Ordinal))
            {
                return;
            }

            int bytes = 4 * rows * columns;
            header.Append(number == 0 ? "" : ",").Append(
                $$"""
                "model.layers.1.mlp.{{name}}":{"dtype":"{{dtype}}","shape":[{{rows}},{{columns}}],"data_offsets":[{{data.Count}},{{data.Count + bytes}}]}
                """);
            for (int i = 0; i < rows * columns; i++)
            {
                data.AddRange(BitConverter.GetBytes((float)number));
            }

            number++;
        }
    }
}
