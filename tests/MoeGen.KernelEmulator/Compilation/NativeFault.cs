using System.Runtime.InteropServices;

namespace MoeGen.KernelEmulator;

/// <summary>The same layout as Fault in native/core/fault.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeFault
{
    public int Kind;
    public uint Block;
    public uint Thread;
    public int Count;
    public ulong ProgramCounter;
    public int Line;
    public int Reserved;
    public fixed byte Text[256];
}
