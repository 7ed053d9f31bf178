using System.Text;
using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

public sealed class HostileConfigTests : IDisposable
{
    private static readonly string[] s_seeds =
    [
        """{"model_type":"qwen3_moe","hidden_size":8,"moe_intermediate_size":16,"num_experts":2,"num_experts_per_tok":1,"norm_topk_prob":true,"hidden_act":"silu","num_hidden_layers":1,"rope_scaling":{"factor":[1.5,null]}}""",
        """{"architectures":["MixtralForCausalLM"],"model_type":"mixtral","hidden_size":8,"intermediate_size":16,"num_local_experts":2,"num_experts_per_tok":2,"hidden_act":"swish","num_hidden_layers":3,"sliding_window":null}""",
    ];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Configurations()
    {
        int tensorBytes = WriteTensors();
        foreach (string seed in s_seeds)
        {
            _folder.Write("config.json", seed);
            HostileRead.Checkpoint(1 << 20, Open, Check);
        }

        HostileRun.Run("config.json", 1500, 20_000, [HostileRead.Accepted, HostileRead.Refused], random =>
        {
            byte[] config = HostileJson.Mutate(s_seeds[random.Next(s_seeds.Length)], random);
            _folder.Write("config.json", config);
            return HostileRead.Checkpoint(config.Length + tensorBytes, Open, Check);
        });
    }

    [Theory]
    [InlineData("""{"model_\ud800":1}""", "has a key that is no text")]
    [InlineData("""{"model_type":"\ud800"}""", "model_type is '\"\\ud800\"'; a string is required")]
    [InlineData("{\"model_type\":\"\u00ff\"}", "is not valid UTF-8")]
    public void Text_that_is_none_is_refused(string config, string part)
    {
        _folder.Write("config.json", Encoding.Latin1.GetBytes(config));
        CheckpointException problem = Assert.Throws<CheckpointException>(() => MoeCheckpoint.Open(_folder.Path));
        Assert.Contains(part, problem.Message, StringComparison.Ordinal);
    }

    private MoeCheckpoint Open()
    {
        MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        try
        {
            checkpoint.GetBlock(0).LoadWeights<float>();
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    // The tensors fit these sizes only.
    private static void Check(MoeCheckpoint checkpoint)
    {
        MoeBlock block = checkpoint.GetBlock(0);
        Assert.Equal(new MoeShape(2, 8, 16), block.Shape);
        Assert.InRange(block.TopK, 1, 2);
        Assert.InRange(checkpoint.NumLayers, 1, int.MaxValue);
    }

    // Layer 0 by the names of both families.
    private int WriteTensors()
    {
        string[] names = ["mlp.gate", "block_sparse_moe.gate",
            .. new[] { 0, 1 }.SelectMany(expert => new[]
            {
                $"mlp.experts.{expert}.gate_proj", $"mlp.experts.{expert}.up_proj", $"mlp.experts.{expert}.down_proj",
                $"block_sparse_moe.experts.{expert}.w1", $"block_sparse_moe.experts.{expert}.w3", $"block_sparse_moe.experts.{expert}.w2",
            })];
        int end = 0;
        string header = string.Join(',', names.Select(name =>
        {
            string shape = name.EndsWith("gate", StringComparison.Ordinal) ? "[2,8]"
                : name.EndsWith("down_proj", StringComparison.Ordinal) || name.EndsWith("w2", StringComparison.Ordinal) ? "[8,16]" : "[16,8]";
            int begin = end;
            end += shape == "[2,8]" ? 64 : 512;
            return $$"""
                "model.layers.0.{{name}}.weight":{"dtype":"F32","shape":{{shape}},"data_offsets":[{{begin}},{{end}}]}
                """;
        }));
        return (int)new FileInfo(_folder.Safetensors("model.safetensors", $"{{{header}}}", end)).Length;
    }
}
