using MoeGen.Native;
using Xunit;

namespace MoeGen.Tests;

public sealed class NvrtcSearchTests
{
    [Fact]
    public void StatedFoldersComeBeforeTheLoaderAndThatBeforeWellKnownFolders()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Paths of Linux.");
        }

        var search = new NvrtcSearch("/configured", "/environment", "/app", "/toolkit", ["/usr/local/cuda-13.0"]);

        string[] candidates = search.Candidates(windows: false).ToArray();

        string[] expected =
        [
            "/configured/libnvrtc.so.13", "/configured/libnvrtc.so.12", "/configured/libnvrtc.so",
            "/environment/libnvrtc.so.13", "/environment/libnvrtc.so.12", "/environment/libnvrtc.so",
            "/app/libnvrtc.so.13", "/app/libnvrtc.so.12", "/app/libnvrtc.so",
            "libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so",
            "/toolkit/lib64/libnvrtc.so.13", "/toolkit/lib64/libnvrtc.so.12", "/toolkit/lib64/libnvrtc.so",
        ];
        Assert.Equal(expected, candidates.Take(expected.Length));
        Assert.Contains("/usr/local/cuda-13.0/lib64/libnvrtc.so.13", candidates);
        Assert.Contains("/usr/lib/x86_64-linux-gnu/libnvrtc.so.12", candidates);
        Assert.Equal(candidates.Distinct().Count(), candidates.Length);
    }

    [Fact]
    public void WindowsNamesOfBothMajors()
    {
        string folder = Path.GetTempPath();
        var search = new NvrtcSearch(null, null, folder, folder, []);

        string[] candidates = search.Candidates(windows: true).ToArray();

        Assert.Contains(Path.Combine(Path.GetFullPath(folder), "nvrtc64_130_0.dll"), candidates);
        Assert.Contains(Path.Combine(Path.GetFullPath(folder), "bin", "x64", "nvrtc64_130_0.dll"), candidates);
        Assert.Contains(Path.Combine(Path.GetFullPath(folder), "bin", "nvrtc64_120_0.dll"), candidates);
        Assert.Contains("nvrtc64_120_0.dll", candidates);
    }

    [Fact]
    public void UnstatedFoldersAreLeftOut()
    {
        string[] candidates = new NvrtcSearch(null, "", null, null, []).Candidates(windows: false).ToArray();

        Assert.Equal(["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"], candidates.Take(3));
    }

    [Fact]
    public void ToolkitsAreFoundNewestFirst()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in new[] { "cuda-9.2", "cuda-13.0", "cuda-12.4", "cuda", "other" })
        {
            Directory.CreateDirectory(Path.Combine(folder.Path, name));
        }

        string[] found = NvrtcSearch.FindToolkits(folder.Path).Select(path => Path.GetFileName(path)!).ToArray();

        Assert.Equal(["cuda", "cuda-13.0", "cuda-12.4", "cuda-9.2"], found);
    }

    [Fact]
    public void MissingToolkitFolderIsNoError() =>
        Assert.Empty(NvrtcSearch.FindToolkits(Path.Combine(Path.GetTempPath(), "moegen-not-there")));

    [Fact]
    public void ErrorNamesEveryCandidate()
    {
        using var folder = new TemporaryFolder();
        string[] candidates = ["libnvrtc.so.13", "libnvrtc.so.12"];
        string[] files = candidates.Select(name => Path.Combine(folder.Path, name)).ToArray();

        CudaLibraryNotFoundException exception = Assert.Throws<CudaLibraryNotFoundException>(() => NvrtcLibrary.Load(files));

        Assert.Contains("MOEGEN_NVRTC_FOLDER", exception.Message, StringComparison.Ordinal);
        Assert.All(files, file => Assert.Contains(file, exception.Message, StringComparison.Ordinal));
    }
}
