using System.Runtime.InteropServices;

namespace MoeGen.Native;

/// <summary>NVRTC's C functions. Call <see cref="NativeResolver.Register"/> first.</summary>
internal static unsafe partial class NvrtcApi
{
    private const string Library = NativeResolver.Nvrtc;

    [LibraryImport(Library)]
    internal static partial int nvrtcVersion(out int major, out int minor);

    [LibraryImport(Library)]
    internal static partial nint nvrtcGetErrorString(int code);

    [LibraryImport(Library)]
    internal static partial int nvrtcGetNumSupportedArchs(out int count);

    [LibraryImport(Library)]
    internal static partial int nvrtcGetSupportedArchs(int* architectures);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int nvrtcCreateProgram(
        out nint program, byte* source, string name, int headerCount, byte** headers, byte** includeNames);

    [LibraryImport(Library)]
    internal static partial int nvrtcCompileProgram(nint program, int optionCount, byte** options);

    [LibraryImport(Library)]
    internal static partial int nvrtcGetProgramLogSize(nint program, out nuint bytes);

    [LibraryImport(Library)]
    internal static partial int nvrtcGetProgramLog(nint program, byte* log);

    [LibraryImport(Library)]
    internal static partial int nvrtcGetCUBINSize(nint program, out nuint bytes);

    [LibraryImport(Library)]
    internal static partial int nvrtcGetCUBIN(nint program, byte* image);

    [LibraryImport(Library)]
    internal static partial int nvrtcGetPTXSize(nint program, out nuint bytes);

    [LibraryImport(Library)]
    internal static partial int nvrtcGetPTX(nint program, byte* image);

    [LibraryImport(Library)]
    internal static partial int nvrtcDestroyProgram(ref nint program);
}
