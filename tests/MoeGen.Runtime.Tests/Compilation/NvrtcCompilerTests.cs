using System.Text;
using MoeGen.Native;
using Xunit;

namespace MoeGen.Tests;

public sealed class NvrtcCompilerTests
{
    private readonly NvrtcCompiler _compiler = new();

    [Theory]
    [InlineData("sm_80")]
    [InlineData("sm_86")]
    [InlineData("sm_89")]
    [InlineData("sm_90a")]
    public void CubinWithItsResources(string architecture)
    {
        RequireNvrtc();

        CompiledKernel kernel = _compiler.Compile(TestKernels.Copy, "copy.cu", architecture);

        Assert.Equal(KernelImageKind.Cubin, kernel.Kind);
        Assert.Equal(architecture, kernel.Architecture);
        Assert.Equal([0x7F, (byte)'E', (byte)'L', (byte)'F'], kernel.Image[..4].ToArray());
        Assert.Equal(["copy", "empty"], kernel.Resources.Select(resources => resources.Name).Order());
        KernelResources copy = kernel.Resources.Single(resources => resources.Name == "copy");
        Assert.InRange(copy.Registers, 4, 64);
        Assert.Equal(1024, copy.StaticSharedBytes);
        Assert.Equal((0, 0), (copy.SpillStoreBytes, copy.SpillLoadBytes));
        Assert.Equal(NvrtcCompiler.Info.Version, kernel.NvrtcVersion);
        Assert.True(kernel.Elapsed > TimeSpan.Zero);
    }

    [Fact]
    public void SpillsAreReported()
    {
        RequireNvrtc();

        KernelResources resources = Assert.Single(_compiler.Compile(TestKernels.Spilling, "spilling.cu", "sm_80").Resources);

        Assert.Equal("spilling", resources.Name);
        Assert.True(resources.SpillStoreBytes > 0, "no spill stores");
        Assert.True(resources.SpillLoadBytes > 0, "no spill loads");
        Assert.True(resources.StackBytes > 0, "no stack frame");
    }

    [Fact]
    public void NewerDeviceGetsPtx()
    {
        RequireNvrtc();

        CompiledKernel kernel = _compiler.Compile(TestKernels.Copy, "copy.cu", new ComputeCapability(99, 9));

        Assert.Equal(KernelImageKind.Ptx, kernel.Kind);
        Assert.Equal("compute_80", kernel.Architecture);
        string text = Encoding.UTF8.GetString(kernel.Image.Span);
        Assert.Contains(".target sm_80", text, StringComparison.Ordinal);
        Assert.Equal('\0', text[^1]);
        Assert.Empty(kernel.Resources);
    }

    [Fact]
    public void KnownDeviceGetsItsCubin()
    {
        RequireNvrtc();

        Assert.Equal("sm_90", _compiler.Compile(TestKernels.Copy, "copy.cu", new ComputeCapability(9, 0)).Architecture);
    }

    [Fact]
    public void WrongTextThrowsWithLogOptionsAndDump()
    {
        RequireNvrtc();
        byte[] source = "extern \"C\" __global__ void wrong() { undeclared_name = 1; }"u8.ToArray();

        CudaCompilationException exception = Assert.Throws<CudaCompilationException>(
            () => _compiler.Compile(source, "wrong.cu", "sm_80"));

        try
        {
            Assert.Equal("NVRTC_ERROR_COMPILATION", exception.Error);
            Assert.Contains("wrong.cu(1): error: identifier \"undeclared_name\" is undefined", exception.Log, StringComparison.Ordinal);
            Assert.Contains("--gpu-architecture=sm_80", exception.Options);
            Assert.Equal(source, File.ReadAllBytes(exception.SourcePath!));
            Assert.Contains(exception.Log, exception.Message, StringComparison.Ordinal);
            Assert.Contains("--gpu-architecture=sm_80", exception.Message, StringComparison.Ordinal);
            Assert.Contains(exception.SourcePath!, exception.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(exception.SourcePath!);
        }
    }

    [Fact]
    public void ArchitectureThatNvrtcDoesNotKnowIsAnErrorWhenNamed()
    {
        RequireNvrtc();

        CudaCompilationException exception = Assert.Throws<CudaCompilationException>(
            () => _compiler.Compile(TestKernels.Copy, "copy.cu", "sm_999"));

        File.Delete(exception.SourcePath!);
        Assert.Contains("sm_999", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ZeroByteIsRefused()
    {
        RequireNvrtc();

        Assert.Throws<ArgumentException>("source", () => _compiler.Compile("a\0b"u8, "zero.cu", "sm_80"));
    }

    [Fact]
    public void SeveralThreadsAtOnce()
    {
        RequireNvrtc();
        byte[][] images = new byte[4][];

        Parallel.For(0, images.Length, i => images[i] = _compiler.Compile(TestKernels.Copy, "copy.cu", "sm_80").Image.ToArray());

        Assert.All(images, image => Assert.Equal(images[0], image));
    }

    [Fact]
    public void InfoNamesTheLibrary()
    {
        RequireNvrtc();

        NvrtcInfo info = NvrtcCompiler.Info;

        Assert.InRange(info.Version.Major, 12, 13);
        Assert.Contains(80, info.SupportedArchitectures);
        Assert.Equal(info.SupportedArchitectures.Order(), info.SupportedArchitectures);
        Assert.True(File.Exists(info.LibraryPath), info.LibraryPath);
    }

    [Fact]
    public async Task BuiltinsComeFromTheFolderOfNvrtcWithNoVariableSet()
    {
        RequireNvrtc();
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("Reads /proc/self/maps.");
        }

        Assert.Null(Environment.GetEnvironmentVariable("LD_LIBRARY_PATH"));
        using var folder = new TemporaryFolder();
        string output = Path.Combine(folder.Path, "output");

        string result = await ChildProcess.Finish(
            ChildProcess.Start(nameof(ChildTasks.CompileWithNvrtcWithoutVariables), folder.Path, output), output);

        Assert.Equal($"True {Path.GetDirectoryName(NvrtcCompiler.Info.LibraryPath)}", result);
    }

    private static void RequireNvrtc()
    {
        if (!NvrtcCompiler.IsAvailable(out string reason))
        {
            Assert.Skip(reason);
        }
    }
}
