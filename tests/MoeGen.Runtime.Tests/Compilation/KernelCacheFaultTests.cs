using System.Diagnostics;
using Xunit;

namespace MoeGen.Tests;

/// <summary>Processes that are killed, and disks that are full.</summary>
public sealed class KernelCacheFaultTests : IDisposable
{
    private static readonly ComputeCapability s_hopper = new(9, 0);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeCompiler _compiler = new();

    private string Cache => Path.Combine(_folder.Path, "cache");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AProcessKilledWhileItCompilesLeavesTheLockFree()
    {
        string output = Path.Combine(_folder.Path, "output");
        using (Process child = ChildProcess.Start(nameof(ChildTasks.CompileForEver), Cache, output))
        {
            WaitFor(() => File.Exists(output), child);
            CachedKernel waited = new KernelCache(Cache, _compiler, TimeSpan.FromMilliseconds(50)).GetOrCompile("text"u8, "text.cu", s_hopper);
            Assert.Equal(CacheOutcome.NotCached, waited.Outcome);
            child.Kill();
            child.WaitForExit();
        }

        CachedKernel result = new KernelCache(Cache, _compiler, TimeSpan.FromSeconds(10)).GetOrCompile("text"u8, "text.cu", s_hopper);

        Assert.Equal(CacheOutcome.Compiled, result.Outcome);
        Assert.Equal("txet"u8.ToArray(), result.Kernel.Image.ToArray());
        Assert.Equal([".cu", ".cubin", ".lock"], Extensions());
    }

    [Theory]
    [InlineData("*.cu.*.tmp")]
    [InlineData("*.cubin.*.tmp")]
    public void AProcessKilledWhileItWritesLeavesNoTornEntry(string torn)
    {
        // A kill can come too late; it is tried until one comes while the file is written.
        for (int tries = 0; !KillWhileWriting(torn); tries++)
        {
            Assert.True(tries < 20, "No kill came in time.");
            Directory.Delete(Cache, recursive: true);
        }

        Assert.Empty(Directory.GetFiles(Cache, "*.cubin"));
        var cache = new KernelCache(Cache, _compiler, TimeSpan.FromSeconds(10));
        CachedKernel result = cache.GetOrCompile(new byte[ChildTasks.LargeTextLength], "large.cu", s_hopper);

        Assert.Equal(CacheOutcome.Compiled, result.Outcome);
        Assert.Equal([".cu", ".cubin", ".lock"], Extensions());
        Assert.Equal(CacheOutcome.Hit, cache.GetOrCompile(new byte[ChildTasks.LargeTextLength], "large.cu", s_hopper).Outcome);
    }

    [Fact]
    public async Task AFileThatMayNotGrowIsNotCached()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("A shell's ulimit.");
        }

        // The signal that comes with the limit is ignored; the runtime's own files that it maps are beyond it, too.
        string output = Path.Combine(_folder.Path, "output");
        Process child = ChildProcess.Start(
            nameof(ChildTasks.CompileBeyondAFileSizeLimit), _folder.Path, output, "trap '' XFSZ; ulimit -f 128; export DOTNET_EnableWriteXorExecute=0");
        string[] result = (await ChildProcess.Finish(child, output)).Split('|');

        Assert.Equal(["NotCached", "True", ".lock", "Compiled"], result[..4]);
        Assert.Contains("cannot have 1048576 bytes", result[4], StringComparison.Ordinal);
    }

    [Fact]
    public void AFullDiskIsSaidAndLeavesTheOldEntry()
    {
        using var disk = SmallDisk.Mount(Path.Combine(_folder.Path, "disk"), "size=512k");
        var cache = new KernelCache(disk.Path, _compiler);
        string damaged = cache.GetOrCompile("text"u8, "text.cu", s_hopper).Path!;
        File.WriteAllText(damaged, "damaged");
        byte[] large = [.. Enumerable.Range(0, 300 << 10).Select(i => (byte)(i * 31))];

        // The source still fits, the entry does not.
        CachedKernel result = cache.GetOrCompile(large, "large.cu", s_hopper);
        Assert.Equal(CacheOutcome.NotCached, result.Outcome);
        Assert.Contains("No space left", result.Reason, StringComparison.Ordinal);
        Assert.Equal(large.Reverse(), result.Kernel.Image.ToArray());
        Assert.Empty(Directory.GetFiles(disk.Path, "*.tmp"));
        Assert.Equal([damaged], Directory.GetFiles(disk.Path, "*.cubin"));

        // To the last byte.
        disk.Fill();
        CachedKernel again = cache.GetOrCompile("text"u8, "text.cu", s_hopper);
        Assert.Equal(CacheOutcome.NotCached, again.Outcome);
        Assert.Equal("txet"u8.ToArray(), again.Kernel.Image.ToArray());
        Assert.Equal("damaged", File.ReadAllText(damaged));
        Assert.Empty(Directory.GetFiles(disk.Path, "*.tmp"));

        disk.Free();
        Assert.Equal(CacheOutcome.Recompiled, cache.GetOrCompile("text"u8, "text.cu", s_hopper).Outcome);
    }

    [Fact]
    public void ADiskThatTakesNoMoreFilesIsSaid()
    {
        using var disk = SmallDisk.Mount(Path.Combine(_folder.Path, "disk"), "size=512k,nr_inodes=1");
        CachedKernel result = new KernelCache(disk.Path, _compiler).GetOrCompile("text"u8, "text.cu", s_hopper);

        Assert.Equal(CacheOutcome.NotCached, result.Outcome);
        Assert.Contains("No space left", result.Reason, StringComparison.Ordinal);
        Assert.Equal("txet"u8.ToArray(), result.Kernel.Image.ToArray());
    }

    private bool KillWhileWriting(string torn)
    {
        Directory.CreateDirectory(Cache);
        using Process child = ChildProcess.Start(nameof(ChildTasks.CompileLargeText), Cache, Path.Combine(_folder.Path, "output"));
        WaitFor(() => Directory.GetFiles(Cache, torn).Length > 0 || child.HasExited, child: null);
        child.Kill();
        child.WaitForExit();
        return Directory.GetFiles(Cache, torn).Length > 0;
    }

    private static void WaitFor(Func<bool> condition, Process? child) => Assert.True(
        SpinWait.SpinUntil(() => condition() || child?.HasExited == true, TimeSpan.FromMinutes(1)) && child?.HasExited != true,
        "The child did not come that far.");

    private IEnumerable<string?> Extensions() => Directory.GetFiles(Cache).Select(Path.GetExtension).Order(StringComparer.Ordinal);
}
