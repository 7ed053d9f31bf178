using System.Diagnostics;
using System.Globalization;
using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

/// <summary>
/// Loading against the page cache's own speed and against as many bytes read and written, which is printed and judges nothing; and the host
/// memory that loading takes. Only with MOEGEN_LOAD_GB, the size of the checkpoint to write in the temporary folder; build with -c Release.
/// </summary>
public sealed class LoadingSpeedTests : IDisposable
{
    private const int Repeats = 8;
    private const long MaxExtraBytes = 256L << 20;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("bf16")]
    [InlineData("stacked")]
    [InlineData("transposed")]
    [InlineData("fp8")]
    [InlineData("mxfp4")]
    public void Loading_keeps_up_with_the_page_cache(string form)
    {
        if (!double.TryParse(Environment.GetEnvironmentVariable("MOEGEN_LOAD_GB"), CultureInfo.InvariantCulture, out double gigabytes))
        {
            Assert.Skip("Set MOEGEN_LOAD_GB, for example to 2, to measure loading.");
        }

        int experts = LargeCheckpoint.Write(_folder, form, (long)(gigabytes * 1e9));

        // At first, the file is not mapped yet, and memory comes from the system.
        Compare(form, experts, isFirst: true);
        Compare(form, experts, isFirst: false);
    }

    private void Compare(string form, int experts, bool isFirst)
    {
        var sink = new byte[2 << 20];
        using var driver = new FakeCudaDriver { CountedCopies = [], CopySink = sink };
        using var context = new CudaContext(driver);
        MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        var rivals = new LoadingRivals(sink);
        long bytes = LoadingRivals.Bytes(checkpoint.Tensors);
        long loaded = 2L * experts * 3 * LargeCheckpoint.Hidden * LargeCheckpoint.Intermediate;
        var best = new Dictionary<string, double>();
        var cpu = new Dictionary<string, double>();
        long most = 0;
        for (int repeat = 0; repeat < Repeats; repeat++)
        {
            Measure("read", () => rivals.Read(checkpoint.Tensors));
            Measure("read by all", () => rivals.ReadByAll(checkpoint.Tensors));
            Measure("read and written", () => rivals.ReadAndWrite(checkpoint.Tensors, experts, loaded, pastCaches: false));
            Measure("read and written", () => rivals.ReadAndWrite(checkpoint.Tensors, experts, loaded, pastCaches: true));
            Measure("load", () => checkpoint.GetBlock(0).LoadWeights<BFloat16>(allowConversion: true), loaded);
            Measure("read and copied", () => rivals.ReadAndCopy(checkpoint.Tensors, loaded));
            Measure("upload", () => checkpoint.GetBlock(0).Upload<BFloat16>(context, allowConversion: true).Dispose());
        }

        checkpoint.Dispose();
        foreach ((string name, double seconds) in best)
        {
            Report($"{form} {(isFirst ? "first" : "again")} {name}: {bytes / seconds / 1e9:F1} GB/s of {bytes / 1e9:F2} GB, {best["read"] / seconds:P0} of read; {cpu[name]:F2} s of processors");
        }

        Report($"{form} {(isFirst ? "first" : "again")}: load {best["read and written"] / best["load"]:P0} of read and written, upload {best["read and copied"] / best["upload"]:P0} of read and copied; at most {most >> 20} MB of host memory beside a result");

        void Measure(string name, Action action, long result = 0)
        {
            if (isFirst)
            {
                checkpoint.Dispose();
                checkpoint = MoeCheckpoint.Open(_folder.Path);
                GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            }
            else
            {
                GC.Collect();
            }

            long before = GC.GetTotalAllocatedBytes(precise: true);
            TimeSpan busy = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            action();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            cpu[name] = Math.Min(cpu.GetValueOrDefault(name, double.MaxValue), (Environment.CpuUsage.TotalTime - busy).TotalSeconds);
            best[name] = Math.Min(best.GetValueOrDefault(name, double.MaxValue), seconds);
            if (name is "load" or "upload")
            {
                // All that was allocated, whether it lived at the same time or not.
                long extra = GC.GetTotalAllocatedBytes(precise: true) - before - result;
                Assert.InRange(extra, 0, MaxExtraBytes);
                most = Math.Max(most, extra);
            }
        }
    }

    private static void Report(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);
}
