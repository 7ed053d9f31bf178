using System.Diagnostics;
using System.Globalization;
using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

/// <summary>
/// Loading against the page cache's own speed, and the host memory that it takes. Only with MOEGEN_LOAD_GB, the size of the checkpoint to
/// write in the temporary folder; build with -c Release.
/// </summary>
public sealed class LoadingSpeedTests : IDisposable
{
    private const int Repeats = 3;
    private const long MaxExtraBytes = 256L << 20;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("bf16", 0.7)]
    [InlineData("stacked", 0.7)]
    [InlineData("transposed", 0)]
    [InlineData("fp8", 0)]
    [InlineData("mxfp4", 0)]
    public void Loading_keeps_up_with_the_page_cache(string form, double required)
    {
        if (!double.TryParse(Environment.GetEnvironmentVariable("MOEGEN_LOAD_GB"), CultureInfo.InvariantCulture, out double gigabytes))
        {
            Assert.Skip("Set MOEGEN_LOAD_GB, for example to 2, to measure loading.");
        }

        int experts = LargeCheckpoint.Write(_folder, form, (long)(gigabytes * 1e9));
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        MoeBlock block = checkpoint.GetBlock(0);
        using var driver = new FakeCudaDriver { CountedCopies = [], CopySink = new byte[32 << 20] };
        using var context = new CudaContext(driver);
        var best = new Dictionary<string, double>();
        var cpu = new Dictionary<string, double>();
        long bytes = checkpoint.Tensors.TensorNames.Sum(name => checkpoint.Tensors.GetTensor(name).ByteLength);
        long loaded = 2L * experts * 3 * LargeCheckpoint.Hidden * LargeCheckpoint.Intermediate;
        for (int repeat = 0; repeat < Repeats; repeat++)
        {
            Measure("read", () => ReadAll(checkpoint.Tensors, fresh: false));
            Measure("read into new memory", () => ReadAll(checkpoint.Tensors, fresh: true));
            Measure("result written to new memory", () => WriteAll(experts, loaded));
            Measure("result copied to one buffer", () => CopyAll(loaded));
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Measure("load", () => block.LoadWeights<BFloat16>(allowConversion: true));
            CheckExtra("load", GC.GetTotalAllocatedBytes(precise: true) - before - loaded);
            GC.Collect();
            before = GC.GetTotalAllocatedBytes(precise: true);
            Measure("upload", () => block.Upload<BFloat16>(context, allowConversion: true).Dispose());
            CheckExtra("upload", GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        foreach ((string name, double seconds) in best)
        {
            Report($"{form} {name}: {bytes / seconds / 1e9:F2} GB/s of {bytes / 1e9:F2} GB, {best["read"] / seconds:P0} of read; {cpu[name]:F2} s of processors");
        }

        Assert.True(best["read into new memory"] / best["load"] >= required, "LoadWeights is slower than required.");
        Assert.True(best["read"] / best["upload"] >= required, "Upload is slower than required.");

        // All that was allocated, whether it lived at the same time or not.
        static void CheckExtra(string name, long extra)
        {
            Report($"{name}: {extra >> 20} MB of host memory beside its result");
            Assert.InRange(extra, 0, MaxExtraBytes);
        }

        void Measure(string name, Action action)
        {
            TimeSpan busy = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            action();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            cpu[name] = Math.Min(cpu.GetValueOrDefault(name, double.MaxValue), (Environment.CpuUsage.TotalTime - busy).TotalSeconds);
            best[name] = Math.Min(best.GetValueOrDefault(name, double.MaxValue), seconds);
        }
    }

    private static void Report(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);

    // What a program that wants the bytes does at least: copy them out of the mapping, into one buffer again and again or into memory of their own.
    private static void ReadAll(SafetensorsCheckpoint tensors, bool fresh)
    {
        var buffer = new byte[32 << 20];
        var kept = new List<byte[]>();
        foreach (string name in tensors.TensorNames)
        {
            long length = tensors.GetTensor(name).ByteLength;
            for (long offset = 0; offset < length; offset += buffer.Length)
            {
                int piece = (int)Math.Min(buffer.Length, length - offset);
                byte[] to = fresh ? GC.AllocateUninitializedArray<byte>(piece) : buffer;
                tensors.GetBytes(name, offset, piece).Span.CopyTo(to);
                if (fresh)
                {
                    kept.Add(to);
                }
            }
        }

        GC.KeepAlive(kept);
    }

    // What writing weights takes at least, however they are stored: an expert on each thread, from a buffer in the cache.
    private static void WriteAll(int experts, long bytes)
    {
        var buffer = new byte[1 << 19];
        var kept = new byte[experts][];
        Parallel.For(0, experts, expert =>
        {
            kept[expert] = GC.AllocateUninitializedArray<byte>((int)(bytes / experts));
            for (int offset = 0; offset < kept[expert].Length; offset += buffer.Length)
            {
                Span<byte> to = kept[expert].AsSpan(offset);
                buffer.AsSpan(0, Math.Min(buffer.Length, to.Length)).CopyTo(to);
            }
        });
        GC.KeepAlive(kept);
    }

    // What a driver takes that only copies the weights.
    private static void CopyAll(long bytes)
    {
        var buffer = new byte[2 << 20];
        var to = new byte[32 << 20];
        for (long offset = 0; offset < bytes; offset += buffer.Length)
        {
            int piece = (int)Math.Min(buffer.Length, bytes - offset);
            buffer.AsSpan(0, piece).CopyTo(to.AsSpan((int)(offset % to.Length)));
        }
    }
}
