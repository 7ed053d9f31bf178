using MoeGen.Native;

namespace MoeGen.Cli.Commands;

/// <summary>What this machine has for MoeGen.</summary>
internal static class MachineInfo
{
    /// <summary>The devices, or why there are none.</summary>
    public static (IReadOnlyList<GpuReport> Gpus, string? Driver, string? Problem) Gpus()
    {
        if (!CudaContext.IsAvailable(out string reason))
        {
            return ([], null, reason);
        }

        var gpus = new List<GpuReport>();
        string? driver = null;
        for (int ordinal = 0; ordinal < CudaContext.DeviceCount; ordinal++)
        {
            using CudaContext gpu = CudaContext.Create(ordinal);
            driver = gpu.DriverVersion.ToString();
            gpus.Add(new GpuReport(ordinal, gpu.Name, gpu.ComputeCapability.ToString(), gpu.MultiprocessorCount, gpu.TotalMemoryBytes, gpu.FreeMemoryBytes));
        }

        return (gpus, driver, null);
    }

    public static LibraryReport Nvrtc() => Library(static () => new LibraryReport(true, NvrtcCompiler.Info.LibraryPath, NvrtcCompiler.Info.Version.ToString()));

    public static unsafe LibraryReport Cublas() => Library(static () => new LibraryReport(true, LoadedLibraryPath.Find((nint)CublasLibrary.Loaded.Create)));

    public static CacheReport Cache()
    {
        string? folder = new KernelCache().Folder;
        FileInfo[] files = Directory.Exists(folder) ? new DirectoryInfo(folder).GetFiles() : [];
        return new CacheReport(folder, files.Count(file => file.Extension is ".cubin" or ".ptx"), files.Sum(file => file.Length));
    }

    private static LibraryReport Library(Func<LibraryReport> load)
    {
        try
        {
            return load();
        }
        catch (CudaLibraryNotFoundException missing)
        {
            return new LibraryReport(false, Tried: missing.Attempts);
        }
        catch (Exception broken) when (broken is DllNotFoundException or EntryPointNotFoundException or InvalidOperationException)
        {
            return new LibraryReport(false, Tried: [broken.Message]);
        }
    }
}
