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
            using MoeKernels<TLayer, BFloat16> kernels = MoeKernels<TLayer, BFloat16>.Load(context, new MoeCudaOptions { Cache = cache });
            double first = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            kernels.Prepare();
            double all = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            Console.WriteLine($"{TLayer.Descriptor.Name} {expectation}: {first:F1} ms to what every call runs, {all:F1} ms to all {kernels.CompiledParts.Count} parts ({kernels.Compiled.Outcome}, {kernels.Compiled.Kernel.Architecture}, NVRTC {kernels.Compiled.Kernel.NvrtcVersion}, {Environment.ProcessorCount} processors)");
            foreach (CachedKernel part in kernels.CompiledParts.Where(part => part.Outcome != CacheOutcome.Hit))
            {
                Console.WriteLine($"  {part.Kernel.Name}: {part.Kernel.Elapsed.TotalMilliseconds:F0} ms in NVRTC");
            }
        }
    }
}
