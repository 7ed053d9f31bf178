using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MoeGen.Native;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>A cuBLAS for the emulated device, compiled from <c>stubs/cublas.cpp</c>; its counters are those of the calling thread.</summary>
internal sealed unsafe class CublasStub
{
    private static readonly Lazy<CublasStub> Newest = new(() => new(grouped: true));
    private static readonly Lazy<CublasStub> Old = new(() => new(grouped: false));

    private readonly nint _library;

    private CublasStub(bool grouped)
    {
        Folder = Path.Combine(AppContext.BaseDirectory, grouped ? "cublas-stub" : "cublas-stub-12.4");
        string file = Path.Combine(Folder, "libcublas.so.12");
        string unique = $"{file}.{Guid.NewGuid():N}";
        Directory.CreateDirectory(Folder);
        string[] variant = grouped ? [] : ["-DWITHOUT_GROUPED"];
        HostCompiler.Run(
            HostCompiler.Command!,
            ["-std=c++17", "-O2", "-fPIC", "-shared", "-fvisibility=hidden", .. variant, Path.Combine(AppContext.BaseDirectory, "stubs", "cublas.cpp"), "-o", unique]);
        File.Move(unique, file, overwrite: true);
        Library = CublasLibrary.Load([file]);
        _library = NativeLibrary.Load(file);
        ((delegate* unmanaged<delegate* unmanaged[Cdecl]<ulong, ulong, int, int>, void>)NativeLibrary.GetExport(_library, "stub_set_access"))(&Access);
    }

    /// <summary>As of 12.5: with the grouped product.</summary>
    public static CublasStub Current => Newest.Value;

    /// <summary>As of 12.4: without it.</summary>
    public static CublasStub WithoutGrouped => Old.Value;

    public string Folder { get; }

    public CublasLibrary Library { get; }

    public int Products => Count("stub_products");

    public int GroupedProducts => Count("stub_grouped_products");

    public int LiveHandles => Count("stub_live_handles");

    /// <summary>Lets this process's search for cuBLAS find the stub.</summary>
    public static void Install() => Environment.SetEnvironmentVariable(CublasSearch.Variable, Current.Folder);

    /// <summary>The status of this thread's next product.</summary>
    public void FailNext(int status) => ((delegate* unmanaged<int, void>)NativeLibrary.GetExport(_library, "stub_fail_next"))(status);

    private int Count(string counter) => ((delegate* unmanaged<int>)NativeLibrary.GetExport(_library, counter))();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Access(ulong address, ulong bytes, int writes) =>
        EmulatedCudaDriver.Current is { } driver && driver.TouchFromOutside(address, (nuint)bytes, writes != 0) ? 1 : 0;
}
