using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MoeGen.Native;

/// <summary>Maps the names used in LibraryImport to loaded libraries, when the first function of each is called.</summary>
internal static class NativeResolver
{
    internal const string Driver = "moegen-cuda-driver";
    internal const string Nvrtc = "moegen-nvrtc";

    static NativeResolver() => NativeLibrary.SetDllImportResolver(typeof(NativeResolver).Assembly, Resolve);

    /// <summary>Registers the resolver, once for the assembly; every class that calls native functions does this first.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Register()
    {
        // The static constructor does it, so that two threads cannot register twice.
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) => name switch
    {
        Driver => DriverLibrary.Load(),
        Nvrtc => NvrtcLibrary.Loaded.Handle,
        _ => 0,
    };
}
