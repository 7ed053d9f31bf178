using System.Runtime.InteropServices;

namespace MoeGen.KernelEmulator;

/// <summary>An allocation and its shadow; the same layout as Region in native/core/shadow.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeRegion
{
    /// <summary>Bytes of shadow for each four of memory.</summary>
    public const int CellBytes = 24;

    /// <summary>Where in a cell the bits lie that say which of the four bytes were written.</summary>
    public const int InitializedOffset = 22;

    public ulong Begin;
    public ulong Bytes;
    public byte* Cells;
    public int Id;
    public int Reserved;
}
