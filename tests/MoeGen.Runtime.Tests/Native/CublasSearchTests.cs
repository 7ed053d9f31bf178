using MoeGen.Native;
using Xunit;

namespace MoeGen.Tests;

public sealed class CublasSearchTests
{
    [Fact]
    public void StatedFoldersThenTheLoaderThenToolkits()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Paths of Linux.");
        }

        var folders = new NvrtcSearch("/configured", "/environment", "/app", "/toolkit", ["/usr/local/cuda-13.0"]);

        string[] candidates = CublasSearch.Candidates(folders, windows: false).ToArray();

        Assert.Equal(
            ["/configured/libcublas.so.13", "/configured/libcublas.so.12", "/configured/libcublas.so", "/environment/libcublas.so.13"], candidates.Take(4));
        Assert.True(Array.IndexOf(candidates, "/app/libcublas.so.12") < Array.IndexOf(candidates, "libcublas.so.13"));
        Assert.True(Array.IndexOf(candidates, "libcublas.so") < Array.IndexOf(candidates, "/toolkit/lib64/libcublas.so.13"));
        Assert.Contains("/usr/local/cuda-13.0/lib64/libcublas.so.13", candidates);
    }

    [Fact]
    public void WindowsNames() => Assert.Equal(
        ["cublas64_13.dll", "cublas64_12.dll"], CublasSearch.Candidates(new(null, null, null, null, []), windows: true));

    [Fact]
    public void ErrorNamesEveryCandidateAndTheRemedy()
    {
        using var folder = new TemporaryFolder();
        string[] files = [Path.Combine(folder.Path, "libcublas.so.13"), Path.Combine(folder.Path, "libcublas.so.12")];

        CudaLibraryNotFoundException exception = Assert.Throws<CudaLibraryNotFoundException>(() => CublasLibrary.Load(files));

        Assert.StartsWith("cuBLAS (libcublas of CUDA 12 or 13) was not found.", exception.Message, StringComparison.Ordinal);
        Assert.Contains("MOEGEN_CUBLAS_FOLDER", exception.Message, StringComparison.Ordinal);
        Assert.All(files, file => Assert.Contains($"{file}: no such file", exception.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(13, "CUBLAS_STATUS_EXECUTION_FAILED")]
    [InlineData(99, "a status that this version of MoeGen does not know")]
    public void StatusHasItsName(int code, string name)
    {
        CublasLibrary.Check(0, "cublasGemmEx");

        CublasException exception = Assert.Throws<CublasException>(() => CublasLibrary.Check(code, "cublasGemmEx"));

        Assert.Equal((code, name, "cublasGemmEx"), (exception.Code, exception.Name, exception.Operation));
        Assert.Equal($"cublasGemmEx failed: {name} ({code}).", exception.Message);
    }
}
