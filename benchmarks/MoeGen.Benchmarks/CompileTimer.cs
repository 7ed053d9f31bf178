using System.Diagnostics;

namespace MoeGen.Benchmarks;

/// <summary>Times from a class to its first call that has run, compiled and from the cache.</summary>
internal static class CompileTimer
{
    private static readonly ModelShape Tiny = new("tiny", 4, 2, 256, 256);

    public static CompileTime[] Run(CudaContext context)
    {
        string folder = Path.Combine(Path.GetTempPath(), $"moegen-benchmark-{Environment.ProcessId}");
        try
        {
            using DeviceMoeWeights<BFloat16> weights = DeviceMoeWeights<BFloat16>.Upload(context, RandomWeights.Create(Tiny, 0));
            return
            [
                Time("pinned", options => new PinnedMoe(context, weights, options)),
                Time("ladder", options => new LadderMoe(context, weights, options)),
            ];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        CompileTime Time<TLayer>(string name, Func<MoeCudaOptions, TLayer> create)
            where TLayer : MoeLayer<TLayer, BFloat16>, IMoeDescriptor<TLayer, BFloat16>
        {
            const int tokens = 64;
            using CudaStream stream = context.CreateStream();
            using var call = new BenchmarkCall(context, Tiny, tokens, RoutingGenerator.Ids(RoutingPattern.Random, tokens, Tiny.TopK, Tiny.NumExperts, 0), 0);
            return new CompileTime(name, ToFirstCall(), ToFirstCall());

            double ToFirstCall()
            {
                long start = Stopwatch.GetTimestamp();
                using TLayer layer = create(new MoeCudaOptions { Cache = new KernelCache(folder) });
                call.Forward(layer, stream);
                stream.Synchronize();
                return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }
    }
}
