using System.Diagnostics;

namespace MoeGen.Benchmarks;

/// <summary>Times from the class's text to launchable kernels: compiled, and from the cache.</summary>
internal static class CompileTimer
{
    public static void Run(CudaContext context)
    {
        string folder = Path.Combine(Path.GetTempPath(), $"moegen-benchmark-{Environment.ProcessId}");
        try
        {
            Report<PinnedMoe>(context, new KernelCache(folder));
            Report<LadderMoe>(context, new KernelCache(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Report<TLayer>(CudaContext context, KernelCache cache)
        where TLayer : IMoeDescriptor<TLayer, BFloat16>
    {
        foreach (string expectation in new[] { "cold", "cached", "cached" })
        {
            long start = Stopwatch.GetTimestamp();
            CachedKernel cached = cache.GetOrCompile(TLayer.CudaSource, TLayer.Descriptor.Name, context.ComputeCapability);
            using CudaModule cubin = CudaModule.Load(context, cached.Kernel);
            TLayer.CreateLaunchers(cubin);
            Console.WriteLine($"{TLayer.Descriptor.Name} {expectation}: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F1} ms to launchable ({cached.Outcome}, {cached.Kernel.Architecture}, NVRTC {cached.Kernel.NvrtcVersion})");
        }
    }
}
