using System.CommandLine;
using System.Globalization;
using MoeGen;
using MoeGen.Benchmarks;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var models = new Option<string[]>("--models") { Description = "Model shapes.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [.. ModelShape.All.Select(model => model.Name)] };
models.AcceptOnlyFromAmong([.. ModelShape.All.Select(model => model.Name)]);
var tokens = new Option<int[]>("--tokens") { Description = "Token counts.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1, 8, 64, 512, 4096, 16384] };
var layers = new Option<string>("--layer") { Description = "ladder: the planner's tiles; pinned: 128x128 for every size; cublas: GEMMs by cuBLAS, timed eagerly.", DefaultValueFactory = _ => "ladder" };
layers.AcceptOnlyFromAmong("ladder", "pinned", "cublas");
var variant = new Option<string?>("--variant") { Description = "Variant of the ladder that every call runs, for instance m128n256k64s3 or decode; left out: chosen for each call." };
var root = new RootCommand("Times MoE layers on the GPU: graph replays, cold weights, median microseconds a layer, beside the machine's floor.") { models, tokens, layers, variant };
root.SetAction(parsed =>
{
    if (!CudaContext.IsAvailable(out string reason))
    {
        Console.Error.WriteLine($"The benchmark needs a GPU: {reason}");
        return 2;
    }

    using CudaContext context = CudaContext.Create();
    Console.WriteLine($"{context}, driver {context.DriverVersion}, NVRTC {NvrtcCompiler.Info.Version}");
    CompileTimer.Run(context);
    Console.WriteLine();
    Console.WriteLine("| model | T | variant | us a layer | min | max | floor | x floor | TFLOP/s | host us eager |");
    Console.WriteLine("|---|--:|---|--:|--:|--:|--:|--:|--:|--:|");
    foreach (ModelShape model in ModelShape.All.Where(model => parsed.GetValue(models)!.Contains(model.Name)))
    {
        switch (parsed.GetValue(layers))
        {
            case "pinned":
                Report<PinnedMoe>(context, model, parsed.GetValue(tokens)!, weights => new PinnedMoe(context, weights));
                break;
            case "cublas":
                Report<CublasMoe>(context, model, parsed.GetValue(tokens)!, weights => new CublasMoe(context, weights));
                break;
            default:
                Report<LadderMoe>(context, model, parsed.GetValue(tokens)!, weights => new LadderMoe(context, weights, new MoeCudaOptions { Variant = parsed.GetValue(variant) }));
                break;
        }
    }

    return 0;
});
return root.Parse(args).Invoke();

static void Report<TLayer>(CudaContext context, ModelShape model, int[] tokenCounts, Func<MoeWeights<BFloat16>, TLayer> create)
    where TLayer : MoeLayer<TLayer, BFloat16>, IMoeDescriptor<TLayer, BFloat16>
{
    // Several copies of small layers, and several routings, so that what is replayed has left the L2 cache.
    long coldBytes = 6L * context.L2CacheBytes;
    int copies = (int)Math.Clamp(coldBytes / (model.NumExperts * model.BytesPerExpert), 1, 16);
    bool graphs = TLayer.Descriptor.Gemm != Gemm.Cublas;
    TLayer[] layers = [.. Enumerable.Range(0, copies).Select(copy => create(RandomWeights.Create(model, 100 * copy)))];
    foreach (int tokens in tokenCounts)
    {
        long touchedBytes = Math.Min((long)tokens * model.TopK, model.NumExperts) * model.BytesPerExpert;
        int sets = (int)Math.Clamp(coldBytes / touchedBytes, copies, 16);
        LayerTimer.Result result = LayerTimer.Time<TLayer>(layers, model, tokens, sets, graphs);
        double floor = MachineLimits.H200.FloorMicroseconds(model, tokens, result.ExpertsTouched);
        Console.WriteLine(
            $"| {model.Name} | {tokens} | {(graphs ? layers[0].VariantFor(tokens, model.TopK)!.Name : "cuBLAS, eager")} | {result.Median:F1} | {result.Min:F1} | {result.Max:F1} | {floor:F1} | {result.Median / floor:F2} | {model.Flops(tokens) / result.Median / 1e6:F0} | {result.Host:F1} |");
    }

    foreach (TLayer layer in layers)
    {
        layer.Dispose();
    }
}
