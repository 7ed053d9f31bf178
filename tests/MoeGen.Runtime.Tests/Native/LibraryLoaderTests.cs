using System.Runtime.InteropServices;
using MoeGen.Native;
using Xunit;

namespace MoeGen.Tests;

public sealed class LibraryLoaderTests
{
    [Fact]
    public void ErrorNamesEveryFileAndWhy()
    {
        string broken = Path.GetTempFileName();
        try
        {
            File.WriteAllText(broken, "no library");
            string missing = Path.Combine(Path.GetTempPath(), "moegen-not-there", "libnvrtc.so.13");

            CudaLibraryNotFoundException exception = Assert.Throws<CudaLibraryNotFoundException>(
                () => LibraryLoader.Load("The thing", "Install it.", [missing, "libmoegen-not-there.so", broken]));

            Assert.StartsWith("The thing was not found. Install it. Tried:", exception.Message, StringComparison.Ordinal);
            Assert.Equal(3, exception.Attempts.Count);
            Assert.Equal($"{missing}: no such file", exception.Attempts[0]);
            Assert.StartsWith("libmoegen-not-there.so: ", exception.Attempts[1], StringComparison.Ordinal);
            Assert.StartsWith($"{broken}: ", exception.Attempts[2], StringComparison.Ordinal);
            Assert.All(exception.Attempts, attempt => Assert.Contains(attempt, exception.Message, StringComparison.Ordinal));
            Assert.All(exception.Attempts, attempt => Assert.DoesNotContain('\n', attempt));
            Assert.IsAssignableFrom<DllNotFoundException>(exception);
        }
        finally
        {
            File.Delete(broken);
        }
    }

    [Fact]
    public void FirstThatLoadsWins()
    {
        string system = OperatingSystem.IsWindows() ? "kernel32.dll" : OperatingSystem.IsMacOS() ? "libSystem.dylib" : "libc.so.6";

        nint handle = LibraryLoader.Load("The thing", "Install it.", ["libmoegen-not-there.so", system]);

        Assert.Equal(NativeLibrary.Load(system), handle);
    }

    [Fact]
    public void DriverIsLookedForByItsNamesOnBothSystems()
    {
        Assert.Equal(["libcuda.so.1", "libcuda.so"], DriverLibrary.Candidates(windows: false).Take(2));
        Assert.Equal(["nvcuda.dll"], DriverLibrary.Candidates(windows: true));
    }

    [Fact]
    public async Task ReferenceAloneLoadsNoCudaLibrary()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("Reads /proc/self/maps.");
        }

        // A child, since other tests of this process do load NVRTC.
        using var folder = new TemporaryFolder();
        string output = Path.Combine(folder.Path, "output");

        string loaded = await ChildProcess.Finish(
            ChildProcess.Start(nameof(ChildTasks.TouchTypes), folder.Path, output), output);

        Assert.Equal("none", loaded);
    }
}
