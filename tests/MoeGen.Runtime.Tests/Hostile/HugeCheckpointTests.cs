using System.Text;
using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

/// <summary>Checkpoints of files with holes: valid, and larger than any array.</summary>
public sealed class HugeCheckpointTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Experts_beyond_an_array_are_named()
    {
        Write(experts: 1, hidden: 1 << 16, intermediate: 1 << 16, "BF16", bytes: 2);
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        MoeBlock block = checkpoint.GetBlock(0);
        CheckpointException problem = Assert.Throws<CheckpointException>(() => block.LoadWeights<BFloat16>());
        Assert.Contains("experts.0.w1.weight' BF16 [65536, 65536] has 4294967296 elements; allowed are at most", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_router_beyond_an_array_is_named()
    {
        Write(experts: 8, hidden: 1 << 29, intermediate: 8, "BF16", bytes: 2);
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        CheckpointException problem = Assert.Throws<CheckpointException>(() => checkpoint.GetBlock(0));
        Assert.Contains("gate.weight' BF16 [8, 536870912] has 4294967296 elements; allowed are at most", problem.Message, StringComparison.Ordinal);
    }

    private void Write(int experts, int hidden, int intermediate, string dtype, int bytes)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Files with holes as on Unix.");
        }

        _folder.Write("config.json", $$"""
            {"model_type":"mixtral","hidden_size":{{hidden}},"intermediate_size":{{intermediate}},"num_local_experts":{{experts}},
            "num_experts_per_tok":1,"hidden_act":"silu","num_hidden_layers":1}
            """);
        var header = new StringBuilder();
        long end = 0;
        Add("gate", experts, hidden);
        for (int expert = 0; expert < experts; expert++)
        {
            Add($"experts.{expert}.w1", intermediate, hidden);
            Add($"experts.{expert}.w2", hidden, intermediate);
            Add($"experts.{expert}.w3", intermediate, hidden);
        }

        string path = _folder.Safetensors("model.safetensors", $"{{{header}}}", 0);
        using FileStream stream = File.OpenWrite(path);
        stream.SetLength(stream.Length + end);

        void Add(string name, long rows, long columns)
        {
            long begin = end;
            end += rows * columns * bytes;
            header.Append(header.Length == 0 ? "" : ",").Append(
                $$"""
                "model.layers.0.block_sparse_moe.{{name}}.weight":{"dtype":"{{dtype}}","shape":[{{rows}},{{columns}}],"data_offsets":[{{begin}},{{end}}]}
                """);
        }
    }
}
