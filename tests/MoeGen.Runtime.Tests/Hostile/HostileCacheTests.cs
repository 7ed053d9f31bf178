using System.Diagnostics;
using Xunit;

namespace MoeGen.Tests;

public sealed class HostileCacheTests : IDisposable
{
    private static readonly ComputeCapability s_hopper = new(9, 0);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeCompiler _compiler = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Entries()
    {
        string path = Get("text"u8).Path!;
        byte[] good = File.ReadAllBytes(path);
        var request = KernelRequest.Create("text"u8, "text.cu", _compiler.SelectTarget(s_hopper), _compiler.Version);
        Assert.NotNull(CacheEntryFile.TryRead(path, request, out _));
        int number = 0;

        // Key, architecture and version, each with its length.
        Range asked = CacheEntryHeader.Bytes..(CacheEntryHeader.Bytes + 4 + 64 + 4 + "sm_90".Length + 4 + "12.4".Length);
        HostileRun.Run("cache entry", 2000, 40_000, ["loaded", "not loaded", "rewritten"], random =>
        {
            (byte[] entry, bool signed) = HostileCacheEntry.Create(good, request, random);
            File.WriteAllBytes(path, entry);
            long before = GC.GetAllocatedBytesForCurrentThread();
            CompiledKernel? kernel = CacheEntryFile.TryRead(path, request, out string damage);
            HostileRead.CheckAllocated(GC.GetAllocatedBytesForCurrentThread() - before, entry.Length);
            if (kernel is not null)
            {
                // Its checksum holds, and it was made for this request: an image and a log as they lie there, at the end.
                Assert.True(signed || entry.AsSpan().SequenceEqual(good), "A changed entry was loaded though its checksum does not hold.");
                Assert.Equal("", damage);
                Assert.Equal(("text.cu", "sm_90", new Version(12, 4)), (kernel.Name, kernel.Architecture, kernel.NvrtcVersion));
                Assert.True(entry.AsSpan().EndsWith(kernel.Image.Span) && kernel.Image.Length > 0);
                Assert.Equal(good[asked], entry[asked]);
                return "loaded";
            }

            Assert.InRange(damage.Length, 1, 4096);
            return number++ % 25 == 0 ? Rewrite(path, good) : "not loaded";
        });
    }

    [Fact]
    public void AnEntryUnderAnotherNameIsNotLoaded()
    {
        string path = Get("text"u8).Path!;
        CachedKernel other = Get("other"u8);
        File.Copy(other.Path!, path, overwrite: true);

        CachedKernel again = Get("text"u8);

        Assert.Equal(CacheOutcome.Recompiled, again.Outcome);
        Assert.Contains("another key", again.Reason, StringComparison.Ordinal);
        Assert.Equal("txet"u8.ToArray(), again.Kernel.Image.ToArray());
    }

    [Fact]
    public void AHitBearsTheNameThatIsAskedFor()
    {
        Get("text"u8);
        CachedKernel again = new KernelCache(_folder.Path, _compiler).GetOrCompile("text"u8, "renamed.cu", s_hopper);

        Assert.Equal((CacheOutcome.Hit, "renamed.cu"), (again.Outcome, again.Kernel.Name));
    }

    [Theory]
    [InlineData(1L << 40)]
    [InlineData((64 << 20) + 1)]
    [InlineData(64 << 20)]
    public void AnEntryOfAbsurdSizeIsNotRead(long bytes)
    {
        string path = Get("text"u8).Path!;
        using (FileStream stream = File.OpenWrite(path))
        {
            stream.SetLength(bytes);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        CachedKernel again = Get("text"u8);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(CacheOutcome.Recompiled, again.Outcome);
        Assert.Contains(bytes == 64 << 20 ? "bytes of payload" : $"the entry has {bytes} bytes", again.Reason, StringComparison.Ordinal);
        Assert.InRange(allocated, 0, 1 << 20);
        Assert.Equal(CacheOutcome.Hit, Get("text"u8).Outcome);
    }

    [Fact]
    public void AnImageTooLongForAnEntryIsNotCached()
    {
        CachedKernel result = Get(new byte[64 << 20]);

        Assert.Equal(CacheOutcome.NotCached, result.Outcome);
        Assert.Contains("allowed are at most", result.Reason, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.cubin*"));
    }

    [Fact]
    public void ALogOfDigitsIsReadInTimeThatGrowsWithIt()
    {
        long start = Stopwatch.GetTimestamp();
        string digits = new('7', 4_000_000);
        var kernel = new CompiledKernel(
            "k", "sm_90", [1], $"Compiling entry function 'k' for\n{digits} bytes stack\nUsed {digits} registers, {digits} byte", new Version(12, 4), TimeSpan.Zero);

        Assert.Equal(int.MaxValue, Assert.Single(kernel.Resources).Registers);
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    private string Rewrite(string path, byte[] good)
    {
        CachedKernel again = Get("text"u8);
        Assert.Equal(CacheOutcome.Recompiled, again.Outcome);
        Assert.Equal("txet"u8.ToArray(), again.Kernel.Image.ToArray());
        Assert.Equal(good, File.ReadAllBytes(path));
        return "rewritten";
    }

    private CachedKernel Get(ReadOnlySpan<byte> source) => new KernelCache(_folder.Path, _compiler).GetOrCompile(source, "text.cu", s_hopper);
}
