using MoeGen.Native;
using Xunit;

namespace MoeGen.Tests;

/// <summary>What child processes do. Explicit: a usual run leaves them out.</summary>
public sealed class ChildTasks
{
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

        // Both processes begin together; starting one takes longer than the compilation.
        File.WriteAllText(Path.Combine(Folder, $"{Environment.ProcessId}.ready"), "");
        for (int i = 0; Directory.GetFiles(Folder, "*.ready").Length < 2; i++)
        {
            Assert.True(i < 3000, "The other process did not come.");
            Thread.Sleep(10);
        }

        CachedKernel result = cache.GetOrCompile("text"u8, "text.cu", new ComputeCapability(9, 0));
        Write($"{compiler.Compilations} {result.Outcome} {Convert.ToHexString(result.Kernel.Image.Span)}");
    }

    private static void Write(string text) =>
        File.WriteAllText(Environment.GetEnvironmentVariable(ChildProcess.OutputVariable)!, text);
}
