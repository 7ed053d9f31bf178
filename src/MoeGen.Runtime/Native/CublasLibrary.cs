using System.Runtime.InteropServices;

namespace MoeGen.Native;

/// <summary>A loaded cuBLAS and its functions, found by name, because which there are depends on its version.</summary>
internal sealed unsafe class CublasLibrary
{
    internal const string Words = "cuBLAS (libcublas of CUDA 12 or 13)";

    internal const string Remedy =
        $"Install it with the CUDA toolkit or its cuBLAS package, name its folder in the environment variable {CublasSearch.Variable}, or use a class without Gemm = Cublas.";

    private static readonly Lock s_gate = new();
    private static CublasLibrary? s_loaded;

    private CublasLibrary(nint library)
    {
        Create = (delegate* unmanaged<nint*, int>)NativeLibrary.GetExport(library, "cublasCreate_v2");
        Destroy = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "cublasDestroy_v2");
        GetVersion = (delegate* unmanaged<nint, int*, int>)NativeLibrary.GetExport(library, "cublasGetVersion_v2");
        SetStream = (delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(library, "cublasSetStream_v2");
        SetWorkspace = (delegate* unmanaged<nint, ulong, nuint, int>)NativeLibrary.GetExport(library, "cublasSetWorkspace_v2");
        SetMathMode = (delegate* unmanaged<nint, int, int>)NativeLibrary.GetExport(library, "cublasSetMathMode");
        GemmEx = (delegate* unmanaged<nint, int, int, int, int, int, void*, ulong, int, int, ulong, int, int, void*, ulong, int, int, int, int, int>)
            NativeLibrary.GetExport(library, "cublasGemmEx");
        if (NativeLibrary.TryGetExport(library, "cublasGemmGroupedBatchedEx", out nint grouped))
        {
            GemmGroupedBatchedEx =
                (delegate* unmanaged<nint, int*, int*, int*, int*, int*, void*, ulong, int, int*, ulong, int, int*, void*, ulong, int, int*, int, int*, int, int>)grouped;
        }
    }

    /// <summary>The process's cuBLAS; loaded on first use. A failure is not remembered, so that a later call can succeed.</summary>
    /// <exception cref="CudaLibraryNotFoundException">cuBLAS is not on this machine.</exception>
    internal static CublasLibrary Loaded
    {
        get
        {
            lock (s_gate)
            {
                return s_loaded ??= Load(CublasSearch.OfProcess());
            }
        }
    }

    /// <summary>(handle*)</summary>
    internal delegate* unmanaged<nint*, int> Create { get; }

    /// <summary>(handle)</summary>
    internal delegate* unmanaged<nint, int> Destroy { get; }

    /// <summary>(handle, version*)</summary>
    internal delegate* unmanaged<nint, int*, int> GetVersion { get; }

    /// <summary>(handle, stream)</summary>
    internal delegate* unmanaged<nint, nint, int> SetStream { get; }

    /// <summary>(handle, device address, bytes)</summary>
    internal delegate* unmanaged<nint, ulong, nuint, int> SetWorkspace { get; }

    /// <summary>(handle, mode)</summary>
    internal delegate* unmanaged<nint, int, int> SetMathMode { get; }

    /// <summary>(handle, transa, transb, m, n, k, alpha*, A, Atype, lda, B, Btype, ldb, beta*, C, Ctype, ldc, compute type, algorithm)</summary>
    internal delegate* unmanaged<nint, int, int, int, int, int, void*, ulong, int, int, ulong, int, int, void*, ulong, int, int, int, int, int> GemmEx { get; }

    /// <summary>
    /// (handle, transa[], transb[], m[], n[], k[], alpha[], A[], Atype, lda[], B[], Btype, ldb[], beta[], C[], Ctype, ldc[], groups,
    /// group sizes[], compute type): A[], B[] and C[] in device memory, every other array on the host. Null before 12.5.
    /// </summary>
    internal delegate* unmanaged<nint, int*, int*, int*, int*, int*, void*, ulong, int, int*, ulong, int, int*, void*, ulong, int, int*, int, int*, int, int> GemmGroupedBatchedEx { get; }

    /// <exception cref="CudaLibraryNotFoundException">No candidate loads.</exception>
    internal static CublasLibrary Load(IEnumerable<string> candidates) =>
        new(LibraryLoader.Load(Words, Remedy, candidates.Select(WithLightLibrary)));

    /// <exception cref="CublasException">The status is not success.</exception>
    internal static void Check(int status, string operation)
    {
        if (status != 0)
        {
            throw new CublasException(status, operation);
        }
    }

    // libcublas needs libcublasLt, which the loader does not look for in the same folder by itself.
    private static string WithLightLibrary(string candidate)
    {
        string light = candidate.Replace("libcublas.", "libcublasLt.", StringComparison.Ordinal);
        if (light != candidate && Path.IsPathRooted(light) && File.Exists(light))
        {
            _ = NativeLibrary.TryLoad(light, out _);
        }

        return candidate;
    }
}
