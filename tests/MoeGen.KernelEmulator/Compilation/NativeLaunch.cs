using System.Runtime.InteropServices;

namespace MoeGen.KernelEmulator;

/// <summary>The same layout as Launch in native/core/launch.cpp.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeLaunch
{
    public int Kernel;
    public uint Grid;
    public uint Threads;
    public uint DynamicBytes;
    public void* Arguments;
    public NativeRegion* Regions;
    public NativeFault* Faults;
    public int RegionCount;
    public int MaxFaults;
    public int FaultCount;
    public uint Epoch;
    public int Abandoned;
    public int Reserved;
}
