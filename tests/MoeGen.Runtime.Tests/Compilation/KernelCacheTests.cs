using System.Text.RegularExpressions;
using Xunit;

namespace MoeGen.Tests;

public sealed partial class KernelCacheTests : IDisposable
{
    private static readonly ComputeCapability s_hopper = new(9, 0);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeCompiler _compiler = new();

    private string Folder => Path.Combine(_folder.Path, "a", "cache");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void SecondTimeIsAHitWithEverythingTheCompilerSaid()
    {
        CachedKernel first = Get("text"u8);
        CachedKernel second = Get("text"u8);

        Assert.Equal((CacheOutcome.Compiled, CacheOutcome.Hit), (first.Outcome, second.Outcome));
        Assert.Equal(1, _compiler.Compilations);
        Assert.Equal("txet"u8.ToArray(), second.Kernel.Image.ToArray());
        Assert.Equal(first.Kernel.Log, second.Kernel.Log);
        Assert.Equal(7, Assert.Single(second.Kernel.Resources).Registers);
        Assert.Equal(("text.cu", "sm_90", KernelImageKind.Cubin), (second.Kernel.Name, second.Kernel.Architecture, second.Kernel.Kind));
        Assert.Equal(new Version(12, 4), second.Kernel.NvrtcVersion);
        Assert.Equal(TimeSpan.Zero, second.Kernel.Elapsed);
        Assert.Equal((first.Key, first.Path), (second.Key, second.Path));
    }

    [Fact]
    public void EntryCarriesTheKeyAndTheSourceLiesBeside()
    {
        CachedKernel result = Get("text"u8);

        Assert.Matches(HexDigits(), result.Key);
        Assert.Equal(Path.Combine(Folder, result.Key + ".cubin"), result.Path);
        Assert.Equal("text"u8.ToArray(), File.ReadAllBytes(Path.Combine(Folder, result.Key + ".cu")));
        Assert.Equal(
            [result.Key + ".cu", result.Key + ".cubin", result.Key + ".lock"],
            Directory.GetFiles(Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void PtxHasItsOwnName()
    {
        CachedKernel result = new KernelCache(Folder, _compiler).GetOrCompile("text"u8, "text.cu", new ComputeCapability(12, 0));

        Assert.EndsWith(".ptx", result.Path, StringComparison.Ordinal);
        Assert.Equal(KernelImageKind.Ptx, result.Kernel.Kind);
    }

    [Fact]
    public void KeyDependsOnTextArchitectureAndVersion()
    {
        string key = Get("text"u8).Key;
        var cache = new KernelCache(Folder, _compiler);

        Assert.NotEqual(key, Get("texT"u8).Key);
        Assert.NotEqual(key, cache.GetOrCompile("text"u8, "text.cu", new ComputeCapability(8, 9)).Key);
        _compiler.Version = new Version(13, 0);
        Assert.NotEqual(key, Get("text"u8).Key);
        Assert.Equal(4, _compiler.Compilations);
    }

    [Fact]
    public void FolderIsForTheUserAlone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Unix file modes.");
            return;
        }

        Get("text"u8);

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
    }

    public static TheoryData<string> Damages => ["empty", "truncated", "extended", "image bit", "header bit", "checksum bit", "foreign"];

    [Theory]
    [MemberData(nameof(Damages))]
    public void DamagedEntryIsCompiledAgainAndRewritten(string damage)
    {
        string path = Get("text"u8).Path!;
        byte[] good = File.ReadAllBytes(path);
        File.WriteAllBytes(path, Damage(good, damage));

        CachedKernel again = Get("text"u8);

        Assert.Equal(CacheOutcome.Recompiled, again.Outcome);
        Assert.NotEqual("", again.Reason);
        Assert.Equal("txet"u8.ToArray(), again.Kernel.Image.ToArray());
        Assert.Equal(2, _compiler.Compilations);
        Assert.Equal(good, File.ReadAllBytes(path));
        Assert.Equal(CacheOutcome.Hit, Get("text"u8).Outcome);
    }

    [Fact]
    public void UnwritableFolderCostsOnlyTheCompilation()
    {
        // A file where a folder should be stops root as well.
        string file = Path.Combine(_folder.Path, "file");
        File.WriteAllText(file, "");

        CachedKernel result = new KernelCache(Path.Combine(file, "cache"), _compiler).GetOrCompile("text"u8, "text.cu", s_hopper);

        Assert.Equal(CacheOutcome.NotCached, result.Outcome);
        Assert.Contains(file, result.Reason, StringComparison.Ordinal);
        Assert.Null(result.Path);
        Assert.Equal("txet"u8.ToArray(), result.Kernel.Image.ToArray());
    }

    [Fact]
    public void EntryThatCannotBeReplacedCostsOnlyTheCompilation()
    {
        string path = Get("text"u8).Path!;
        File.Delete(path);
        Directory.CreateDirectory(path);

        CachedKernel result = Get("text"u8);

        Assert.Equal(CacheOutcome.NotCached, result.Outcome);
        Assert.NotEqual("", result.Reason);
        Assert.Equal("txet"u8.ToArray(), result.Kernel.Image.ToArray());
        Assert.Empty(Directory.GetFiles(Folder, "*.tmp"));
    }

    [Fact]
    public void NoFolderAtAll()
    {
        CachedKernel result = new KernelCache(null, _compiler).GetOrCompile("text"u8, "text.cu", s_hopper);

        Assert.Equal(CacheOutcome.NotCached, result.Outcome);
        Assert.NotEqual("", result.Reason);
    }

    [Fact]
    public void FailureLeavesNoEntryAndNoLock()
    {
        _compiler.Fails = true;
        Assert.Throws<CudaCompilationException>(() => Get("text"u8));
        Assert.Empty(Directory.GetFiles(Folder, "*.cubin"));

        _compiler.Fails = false;
        Assert.Equal(CacheOutcome.Compiled, Get("text"u8).Outcome);
    }

    [Fact]
    public void LeftoversOfADeadProcessGo()
    {
        string key = Get("text"u8).Key;
        File.Delete(Path.Combine(Folder, key + ".cubin"));
        string leftover = Path.Combine(Folder, key + ".cubin.0123.tmp");
        string foreign = Path.Combine(Folder, "other.cubin.0123.tmp");
        File.WriteAllText(leftover, "half");
        File.WriteAllText(foreign, "half");

        Get("text"u8);

        Assert.False(File.Exists(leftover));
        Assert.True(File.Exists(foreign));
    }

    private CachedKernel Get(ReadOnlySpan<byte> source) =>
        new KernelCache(Folder, _compiler).GetOrCompile(source, "text.cu", s_hopper);

    private static byte[] Damage(byte[] entry, string damage)
    {
        byte[] changed = (byte[])entry.Clone();
        switch (damage)
        {
            case "empty": return [];
            case "truncated": return changed[..^1];
            case "extended": return [.. changed, 0];
            case "image bit": changed[^1] ^= 1; return changed;
            case "header bit": changed[12] ^= 1; return changed;
            case "checksum bit": changed[20] ^= 1; return changed;
            default: return "ELF and so on, longer than the header of an entry of this cache"u8.ToArray();
        }
    }

    [GeneratedRegex("^[0-9a-f]{64}$")]
    private static partial Regex HexDigits();
}
