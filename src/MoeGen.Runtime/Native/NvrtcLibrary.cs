using System.Runtime.InteropServices;

namespace MoeGen.Native;

/// <summary>The loaded NVRTC, with its libnvrtc-builtins loaded from the same folder, so that no variable needs to be set.</summary>
/// <param name="Handle">The library's handle.</param>
/// <param name="FilePath">The library's file; null where the system does not tell.</param>
internal sealed record NvrtcLibrary(nint Handle, string? FilePath)
{
    internal const string Words = "NVRTC, NVIDIA's run-time compiler (libnvrtc of CUDA 12 or 13),";

    internal const string Remedy =
        $"Install it with the CUDA toolkit or its NVRTC package, or name its folder in the environment variable {NvrtcSearch.Variable}.";

    private static readonly Lock s_gate = new();
    private static NvrtcLibrary? s_loaded;

    /// <summary>Loads on first use; a failure is not remembered, so that a later call can succeed.</summary>
    /// <exception cref="CudaLibraryNotFoundException">NVRTC is not on this machine.</exception>
    internal static NvrtcLibrary Loaded
    {
        get
        {
            lock (s_gate)
            {
                return s_loaded ??= Load(NvrtcSearch.OfProcess().Candidates(OperatingSystem.IsWindows()));
            }
        }
    }

    internal static unsafe NvrtcLibrary Load(IEnumerable<string> candidates)
    {
        nint handle = LibraryLoader.Load(Words, Remedy, candidates);
        nint export = NativeLibrary.GetExport(handle, "nvrtcVersion");
        int major, minor;
        if (((delegate* unmanaged<int*, int*, int>)export)(&major, &minor) != 0)
        {
            (major, minor) = (0, 0);
        }

        string? path = LoadedLibraryPath.Find(export);
        foreach (string builtins in FindBuiltins(Path.GetDirectoryName(path), major, minor))
        {
            // NVRTC asks the loader for it by name later and gets this copy; where it does not load, NVRTC's log says so.
            if (NativeLibrary.TryLoad(builtins, out _))
            {
                break;
            }
        }

        return new NvrtcLibrary(handle, path);
    }

    private static string[] FindBuiltins(string? folder, int major, int minor)
    {
        if (folder is null)
        {
            return [];
        }

        // A folder can hold the builtins of several toolkits; only those of this very version fit.
        string pattern = OperatingSystem.IsWindows()
            ? $"nvrtc-builtins64_{major}{minor}.dll"
            : $"libnvrtc-builtins.so.{major}.{minor}*";
        try
        {
            return Directory.GetFiles(folder, pattern);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
