using System.Runtime.InteropServices;

namespace MoeGen.KernelEmulator;

/// <summary>Device memory: host memory between red zones, filled with NaN, and a shadow that knows what was written.</summary>
internal sealed unsafe class EmulatedAllocation
{
    private const nuint RedZone = 4096;
    private const byte Poison = 0xFF;

    private readonly byte* _memory;

    public EmulatedAllocation(nuint bytes, int id)
    {
        _memory = (byte*)NativeMemory.AlignedAlloc(bytes + (2 * RedZone), 4096);
        NativeMemory.Fill(_memory, bytes + (2 * RedZone), Poison);
        Region = new NativeRegion
        {
            Begin = (ulong)(_memory + RedZone),
            Bytes = bytes,
            Cells = (byte*)NativeMemory.AllocZeroed(((bytes + 3) / 4) + 1, NativeRegion.CellBytes),
            Id = id,
        };
    }

    public NativeRegion Region { get; }

    /// <summary>The host has written these bytes.</summary>
    public void MarkWritten(ulong address, nuint bytes)
    {
        ulong end = address - Region.Begin + bytes;
        for (ulong offset = address - Region.Begin; offset < end;)
        {
            ulong cell = offset / 4;
            ulong next = Math.Min(end, (cell + 1) * 4);
            uint mask = ((1u << (int)(next - offset)) - 1) << (int)(offset % 4);
            Region.Cells[(cell * NativeRegion.CellBytes) + NativeRegion.InitializedOffset] |= (byte)mask;
            offset = next;
        }
    }

    public void Free()
    {
        NativeMemory.AlignedFree(_memory);
        NativeMemory.Free(Region.Cells);
    }
}
