using MoeGen.Checkpoints;
using MoeGen.Cli.Quantizing;

namespace MoeGen.Cli.Tests;

/// <summary>A layer is never whole in memory. Alone, since other tests' memory would count.</summary>
[Collection(nameof(QuantizeMemoryTests))]
[CollectionDefinition(nameof(QuantizeMemoryTests), DisableParallelization = true)]
public sealed class QuantizeMemoryTests : IDisposable
{
    private const int Experts = 12, Hidden = 512, Intermediate = 1024;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_matrix_is_in_memory_at_a_time()
    {
        string source = Directory.CreateDirectory(_folder.File("source")).FullName;
        WriteSource(source);
        GC.Collect();
        long before = GC.GetTotalMemory(forceFullCollection: true), most = 0;
        int calls = 0;
        var request = new QuantizeRequest(source, _folder.File("out"), QuantizeScheme.W8A8, new QuantizationOptions());
        new CheckpointQuantizer(request, (_, _) =>
        {
            calls++;
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }).Run();

        // The matrix in BF16, what it has become, and that in floats again; all codes of the layer are 36 times as many bytes.
        const long Matrix = (long)Hidden * Intermediate;
        Assert.True(calls > 3 * Experts);
        Assert.InRange(most, Matrix, 10 * Matrix);
        Assert.True(new FileInfo(_folder.File("out/model-layer-00000.safetensors")).Length > 3 * Experts * Matrix);
    }

    private static void WriteSource(string folder)
    {
        File.WriteAllText(
            Path.Combine(folder, "config.json"),
            $"{{\"model_type\":\"mixtral\",\"hidden_act\":\"silu\",\"num_hidden_layers\":1,\"hidden_size\":{Hidden},\"intermediate_size\":{Intermediate},\"num_local_experts\":{Experts},\"num_experts_per_tok\":2}}");
        var writer = new SafetensorsWriter();
        var values = new BFloat16[Hidden * Intermediate];
        var random = new Random(1);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (BFloat16)(random.NextSingle() - 0.5f);
        }

        writer.Add<BFloat16>("model.layers.0.block_sparse_moe.gate.weight", [Experts, Hidden], values.AsMemory(0, Experts * Hidden));
        for (int expert = 0; expert < Experts; expert++)
        {
            string name = $"model.layers.0.block_sparse_moe.experts.{expert}";
            writer.Add<BFloat16>($"{name}.w1.weight", [Intermediate, Hidden], values);
            writer.Add<BFloat16>($"{name}.w3.weight", [Intermediate, Hidden], values);
            writer.Add<BFloat16>($"{name}.w2.weight", [Hidden, Intermediate], values);
        }

        writer.Save(Path.Combine(folder, "model.safetensors"));
    }
}
