using MoeGen.Checkpoints;
using MoeGen.Cli.Quantizing;

namespace MoeGen.Cli.Tests;

/// <summary>A layer is never whole in memory. Alone, since other tests' memory would count.</summary>
[Collection(nameof(QuantizeMemoryTests))]
[CollectionDefinition(nameof(QuantizeMemoryTests), DisableParallelization = true)]
public sealed class QuantizeMemoryTests(ITestOutputHelper log) : IDisposable
{
    private const int Experts = 12, Hidden = 512, Intermediate = 1024;

    // For what runs over samples.
    private const int ManyExperts = 20, Tokens = 16, SmallHidden = 256, SmallIntermediate = 512;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_matrix_is_in_memory_at_a_time()
    {
        string source = Directory.CreateDirectory(_folder.File("source")).FullName;
        WriteSource(source, Experts, Hidden, Intermediate);
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

    [Theory]
    [InlineData("w4a16", ScaleSearch.MeanSquaredError, false, false)]
    [InlineData("w4a16", ScaleSearch.ErrorFeedback, false, false)]
    [InlineData("w8a8", ScaleSearch.AbsMax, true, false)]
    [InlineData("w8a8", ScaleSearch.AbsMax, false, true)]
    public void With_samples_one_expert_is_in_memory_at_a_time(string scheme, ScaleSearch search, bool smooth, bool staticScales)
    {
        string source = Directory.CreateDirectory(_folder.File("source")).FullName;
        WriteSource(source, ManyExperts, SmallHidden, SmallIntermediate);
        string samples = WriteSamples();
        bool isNibbles = scheme == "w4a16";
        var options = new QuantizationOptions { Format = isNibbles ? WeightFormat.Int4Group : WeightFormat.Int8PerChannel, Search = search };
        var request = new QuantizeRequest(
            source, _folder.File("out"), isNibbles ? QuantizeScheme.W4A16 : QuantizeScheme.W8A8, options, Calibration: samples, Smooth: smooth, StaticScales: staticScales);
        (long most, int times) = MostLive(() => new CheckpointQuantizer(request, static (_, _) => { }).Run());

        // Of an expert: what is read in BF16, a matrix that is being quantised, in floats beside its codes; of the samples: their rows in doubles between the
        // stages, in arrays of powers of two, twice; of error feedback: a triangle of products of columns, and what it is made of.
        const long Expert = 3L * SmallHidden * SmallIntermediate * sizeof(short), Rows = Tokens * 2L * (SmallHidden + SmallIntermediate) * sizeof(double);
        const long Allowed = (4 * Expert) + (4 * Rows);
        log.WriteLine($"{scheme} {search}, smooth {smooth}, static {staticScales}: at most {most / (double)Expert:F2} experts of {Expert} bytes were live, of {ManyExperts}, in {times} looks");
        Assert.True(times > 10, $"{times} looks");
        Assert.InRange(most, Expert, Allowed);
        Assert.True(ManyExperts * Expert > 3 * Allowed);
    }

    // The most bytes that a full collection has left while something ran, looked at again and again.
    private static (long Bytes, int Times) MostLive(Action run)
    {
        long before = Live(), most = 0;
        int times = 0;
        using var ended = new ManualResetEventSlim();
        var looking = new Thread(() =>
        {
            while (!ended.IsSet)
            {
                most = Math.Max(most, Live() - before);
                times++;
                Thread.Sleep(5);
            }
        });
        looking.Start();
        try
        {
            run();
        }
        finally
        {
            ended.Set();
            looking.Join();
        }

        return (most, times);

        static long Live()
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);
            GCMemoryInfo info = GC.GetGCMemoryInfo(GCKind.FullBlocking);
            return info.HeapSizeBytes - info.FragmentedBytes;
        }
    }

    private string WriteSamples()
    {
        var random = new Random(2);
        float[] input = [.. Enumerable.Range(0, Tokens * SmallHidden).Select(_ => random.NextSingle() - 0.5f)];
        var writer = new SafetensorsWriter();
        writer.Add<float>("layers.0.input", [Tokens, SmallHidden], input);
        string path = _folder.File("samples.safetensors");
        writer.Save(path);
        return path;
    }

    private static void WriteSource(string folder, int experts, int hidden, int intermediate)
    {
        File.WriteAllText(
            Path.Combine(folder, "config.json"),
            $"{{\"model_type\":\"mixtral\",\"hidden_act\":\"silu\",\"num_hidden_layers\":1,\"hidden_size\":{hidden},\"intermediate_size\":{intermediate},\"num_local_experts\":{experts},\"num_experts_per_tok\":2}}");
        var writer = new SafetensorsWriter();
        var values = new BFloat16[hidden * intermediate];
        var random = new Random(1);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (BFloat16)(random.NextSingle() - 0.5f);
        }

        writer.Add<BFloat16>("model.layers.0.block_sparse_moe.gate.weight", [experts, hidden], values.AsMemory(0, experts * hidden));
        for (int expert = 0; expert < experts; expert++)
        {
            string name = $"model.layers.0.block_sparse_moe.experts.{expert}";
            writer.Add<BFloat16>($"{name}.w1.weight", [intermediate, hidden], values);
            writer.Add<BFloat16>($"{name}.w3.weight", [intermediate, hidden], values);
            writer.Add<BFloat16>($"{name}.w2.weight", [hidden, intermediate], values);
        }

        writer.Save(Path.Combine(folder, "model.safetensors"));
    }
}
