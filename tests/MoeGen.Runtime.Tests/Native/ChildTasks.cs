using MoeGen.Native;
using Xunit;

namespace MoeGen.Tests;

/// <summary>What child processes do. Explicit: a usual run leaves them out.</summary>
public sealed class ChildTasks
{
    /// <summary>How many processes share a cache in <see cref="CompileIntoSharedCache"/>.</summary>
    public const int SharingProcesses = 8;

    /// <summary>A text whose entry takes a while to write.</summary>
    public const int LargeTextLength = 40 << 20;

    private static string Folder => Environment.GetEnvironmentVariable(ChildProcess.FolderVariable)!;

    [Fact(Explicit = true)]
    public void TouchTypes()
    {
        GC.KeepAlive(new KernelCache(Folder));
        GC.KeepAlive(new NvrtcCompiler());
        GC.KeepAlive(CudaDriver.Instance);
        GC.KeepAlive(typeof(CudaContext));
        string[] loaded = File.ReadAllLines("/proc/self/maps")
            .Where(line => line.Contains("libcuda", StringComparison.Ordinal) || line.Contains("libnvrtc", StringComparison.Ordinal))
            .ToArray();
        Write(loaded.Length == 0 ? "none" : string.Join('\n', loaded));
    }

    [Fact(Explicit = true)]
    public void CompileWithNvrtcWithoutVariables()
    {
        CompiledKernel kernel = new NvrtcCompiler().Compile(TestKernels.Copy, "copy.cu", "sm_80");
        string builtins = File.ReadAllLines("/proc/self/maps")
            .First(line => line.Contains("libnvrtc-builtins", StringComparison.Ordinal));
        Write($"{kernel.Image.Length > 0} {Path.GetDirectoryName(builtins[builtins.IndexOf('/', StringComparison.Ordinal)..])}");
    }

    [Fact(Explicit = true)]
    public void CompileIntoSharedCache()
    {
        var compiler = new FakeCompiler { Duration = TimeSpan.FromSeconds(1) };
        var cache = new KernelCache(Folder, compiler);

        // All processes begin together; starting one takes longer than the compilation.
        File.WriteAllText(Path.Combine(Folder, $"{Environment.ProcessId}.ready"), "");
        for (int i = 0; Directory.GetFiles(Folder, "*.ready").Length < SharingProcesses; i++)
        {
            Assert.True(i < 6000, "The other processes did not come.");
            Thread.Sleep(10);
        }

        CachedKernel result = cache.GetOrCompile("text"u8, "text.cu", new ComputeCapability(9, 0));
        Write($"{compiler.Compilations} {result.Outcome} {Convert.ToHexString(result.Kernel.Image.Span)}");
    }

    [Fact(Explicit = true)]
    public void CompileForEver()
    {
        var compiler = new FakeCompiler { Duration = TimeSpan.FromHours(1), Begun = () => Write("begun") };
        new KernelCache(Folder, compiler).GetOrCompile("text"u8, "text.cu", new ComputeCapability(9, 0));
    }

    [Fact(Explicit = true)]
    public void CompileLargeText() =>
        new KernelCache(Folder, new FakeCompiler()).GetOrCompile(new byte[LargeTextLength], "large.cu", new ComputeCapability(9, 0));

    [Fact(Explicit = true)]
    public void ReadACacheOfRoot()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        CachedKernel result = new KernelCache(Folder, new FakeCompiler()).GetOrCompile("text"u8, "text.cu", new ComputeCapability(9, 0));
        Write($"{LinuxFile.User} {result.Outcome}{result.Reason}");
    }

    [Fact(Explicit = true)]
    public void CompileBeyondAFileSizeLimit()
    {
        var cache = new KernelCache(Path.Combine(Folder, "cache"), new FakeCompiler());
        byte[] text = [.. Enumerable.Range(0, 1 << 20).Select(i => (byte)(i * 31))];
        CachedKernel large = cache.GetOrCompile(text, "large.cu", new ComputeCapability(9, 0));
        bool right = large.Kernel.Image.Span.SequenceEqual(text.Reverse().ToArray());
        string files = string.Join(' ', Directory.GetFiles(cache.Folder!).Select(Path.GetExtension).Order(StringComparer.Ordinal));
        CachedKernel small = cache.GetOrCompile("text"u8, "text.cu", new ComputeCapability(9, 0));
        Write($"{large.Outcome}|{right}|{files}|{small.Outcome}|{large.Reason}");
    }

    private static void Write(string text) =>
        File.WriteAllText(Environment.GetEnvironmentVariable(ChildProcess.OutputVariable)!, text);
}
