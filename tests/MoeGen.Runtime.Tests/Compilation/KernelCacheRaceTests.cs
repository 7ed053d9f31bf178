using System.Diagnostics;
using Xunit;

namespace MoeGen.Tests;

public sealed class KernelCacheRaceTests : IDisposable
{
    private static readonly ComputeCapability s_hopper = new(9, 0);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ThreadsCompileOnce()
    {
        var compiler = new FakeCompiler { Duration = TimeSpan.FromMilliseconds(300) };
        var results = new CachedKernel[6];
        using var begin = new Barrier(results.Length);
        Thread[] threads = Enumerable.Range(0, results.Length).Select(i => new Thread(() =>
        {
            begin.SignalAndWait();
            results[i] = new KernelCache(_folder.Path, compiler).GetOrCompile("text"u8, "text.cu", s_hopper);
        })).ToArray();

        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.Equal(1, compiler.Compilations);
        Assert.Single(results, result => result.Outcome == CacheOutcome.Compiled);
        Assert.Equal(results.Length - 1, results.Count(result => result.Outcome == CacheOutcome.Hit));
        Assert.All(results, result => Assert.Equal("txet"u8.ToArray(), result.Kernel.Image.ToArray()));
    }

    [Fact]
    public void DifferentTextsDoNotWaitForEachOther()
    {
        var slow = new FakeCompiler { Duration = TimeSpan.FromSeconds(2) };
        var thread = new Thread(() => new KernelCache(_folder.Path, slow).GetOrCompile("slow"u8, "slow.cu", s_hopper));
        thread.Start();
        Assert.True(SpinWait.SpinUntil(() => slow.Compilations == 1, TimeSpan.FromSeconds(10)));

        CachedKernel other = new KernelCache(_folder.Path, new FakeCompiler()).GetOrCompile("other"u8, "other.cu", s_hopper);

        Assert.Equal(CacheOutcome.Compiled, other.Outcome);
        Assert.True(thread.IsAlive, "The slow compilation was done before; this says nothing.");
        thread.Join();
    }

    [Fact]
    public void LockHeldTooLongIsSaid()
    {
        var compiler = new FakeCompiler();
        var cache = new KernelCache(_folder.Path, compiler, TimeSpan.FromMilliseconds(50));
        string key = cache.GetOrCompile("text"u8, "text.cu", s_hopper).Key;
        File.Delete(Path.Combine(_folder.Path, key + ".cubin"));
        using CacheLock held = CacheLock.Acquire(Path.Combine(_folder.Path, key + ".lock"), TimeSpan.FromSeconds(1));

        CachedKernel result = cache.GetOrCompile("text"u8, "text.cu", s_hopper);

        Assert.Equal(CacheOutcome.NotCached, result.Outcome);
        Assert.Contains(".lock", result.Reason, StringComparison.Ordinal);
        Assert.Equal("txet"u8.ToArray(), result.Kernel.Image.ToArray());
    }

    [Fact]
    public async Task ProcessesCompileOnce()
    {
        string[] outputs = [.. Enumerable.Range(0, ChildTasks.SharingProcesses).Select(i => Path.Combine(_folder.Path, $"output{i}"))];
        Process[] children = outputs
            .Select(output => ChildProcess.Start(nameof(ChildTasks.CompileIntoSharedCache), _folder.Path, output))
            .ToArray();

        string[] results = await Task.WhenAll(children.Zip(outputs, ChildProcess.Finish));

        string image = Convert.ToHexString("txet"u8);
        Assert.Equal(
            [.. Enumerable.Repeat($"0 Hit {image}", children.Length - 1), $"1 Compiled {image}"], results.Order(StringComparer.Ordinal));
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.tmp"));
    }
}
