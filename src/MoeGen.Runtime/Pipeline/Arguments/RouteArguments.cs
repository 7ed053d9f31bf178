using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>
/// Arguments of the counting sort; the same layout as the struct of this name in templates/routing.
/// A slot is one (token, k) pair, numbered token * K + k; a sorted row is its place in expert order.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct RouteArguments
{
    /// <summary>Expert id of each slot, int32 [T * K]; ids without a local expert are dropped.</summary>
    public DevicePointer<int> TokenSelectedExperts;

    /// <summary>From ids to experts 0..E-1.</summary>
    public LocalExpertArguments LocalExperts;

    /// <summary>Slots of each expert in each chunk, int32 [NumChunks, E]; scratch.</summary>
    public DevicePointer<int> ChunkCounts;

    /// <summary>First sorted row of each expert, int32 [E + 1].</summary>
    public DevicePointer<int> ExpertOffsets;

    /// <summary>First M-tile of each expert, int32 [E + 1]; the last entry is the number of M-tiles.</summary>
    public DevicePointer<int> TileStarts;

    /// <summary>The same of GEMM2's M-tiles, where <see cref="Gemm2TileM"/> is not 0.</summary>
    public DevicePointer<int> Gemm2TileStarts;

    /// <summary>Expert of each M-tile, int32 [at most T * K / TileM + min(E, T * K)].</summary>
    public DevicePointer<int> TileExperts;

    /// <summary>The same of GEMM2's M-tiles, where <see cref="Gemm2TileM"/> is not 0.</summary>
    public DevicePointer<int> Gemm2TileExperts;

    /// <summary>Tiles drawn by GEMM1 and by GEMM2, then those of each expert that GEMM1 has finished, int32 [2 + E]; written: zeros.</summary>
    public DevicePointer<int> DrawnTiles;

    /// <summary>Slot of each sorted row, int32 [T * K].</summary>
    public DevicePointer<int> SortedSlots;

    /// <summary>Sorted row of each slot, int32 [T * K]; null where nobody reads it.</summary>
    public DevicePointer<int> SlotRows;

    /// <summary>Tokens from this number on, read when the kernel runs, have no slots; null means T.</summary>
    public DevicePointer<int> NumTokensOnDevice;

    /// <summary>T.</summary>
    public int NumTokens;

    /// <summary>K.</summary>
    public int TopK;

    /// <summary>Rows of an M-tile of GEMM1's variant.</summary>
    public int TileM;

    /// <summary>Rows of an M-tile of GEMM2's variant, which then has a list of its own; 0: it takes that of GEMM1.</summary>
    public int Gemm2TileM;

    /// <summary>Chunks of the first and third pass, one block each.</summary>
    public int NumChunks;

    /// <summary>Slots a chunk; a multiple of a warp's threads.</summary>
    public int SlotsPerChunk;
}
