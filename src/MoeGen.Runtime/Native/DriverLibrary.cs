namespace MoeGen.Native;

/// <summary>Where the CUDA driver's library is looked for.</summary>
internal static class DriverLibrary
{
    internal const string Words = "The CUDA driver library";
    internal const string Remedy = "It comes with the NVIDIA display driver, not with the CUDA toolkit.";

    /// <summary>The system's loader knows the driver; WSL keeps it in a folder of its own.</summary>
    internal static IReadOnlyList<string> Candidates(bool windows) =>
        windows ? ["nvcuda.dll"] : ["libcuda.so.1", "libcuda.so", "/usr/lib/wsl/lib/libcuda.so.1"];

    /// <exception cref="CudaLibraryNotFoundException">The driver is not installed.</exception>
    internal static nint Load() => LibraryLoader.Load(Words, Remedy, Candidates(OperatingSystem.IsWindows()));
}
