using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>Arguments of GEMM2; the same layout as the struct of this name in templates/gemm.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
[StructLayout(LayoutKind.Sequential)]
public struct Gemm2Arguments<T>
    where T : unmanaged
{
    /// <summary>The activated rows in sorted order, [T * K, I].</summary>
    public DevicePointer<T> Activated;

    /// <summary>[E, H, I].</summary>
    public DevicePointer<T> Fc2ExpertWeights;

    /// <summary>Each slot's expert output, [T * K, H] in slot order; rows of dropped slots are left as they are.</summary>
    public DevicePointer<T> ExpertOutput;

    /// <summary>First sorted row of each expert, int32 [E + 1].</summary>
    public DevicePointer<int> ExpertOffsets;

    /// <summary>First M-tile of each expert, int32 [E + 1].</summary>
    public DevicePointer<int> TileStarts;

    /// <summary>Expert of each M-tile.</summary>
    public DevicePointer<int> TileExperts;

    /// <summary>M-tiles x N-tiles drawn so far, int32 [1]; routing has zeroed it.</summary>
    public DevicePointer<int> DrawnTiles;

    /// <summary>Slot of each sorted row.</summary>
    public DevicePointer<int> SortedSlots;

    /// <summary>[E, H]; null means none.</summary>
    public DevicePointer<T> Fc2ExpertBiases;

    /// <summary>E.</summary>
    public int NumExperts;

    /// <summary>H.</summary>
    public int HiddenSize;

    /// <summary>I.</summary>
    public int IntermediateSize;

    /// <summary>Logarithm to base 2 of the number of parts that the depth is divided into; 0: it is not.</summary>
    public int LogSplits;

    /// <summary>Elements of each part but the last: a multiple of 128; I or more where there is one part.</summary>
    public int SplitDepth;

    /// <summary>Keeps the size a multiple of 8.</summary>
    public int Reserved;

    /// <summary>Written instead of <see cref="ExpertOutput"/> where the depth is divided: the sums of each part, fp32 [T * K, parts, H] in slot order.</summary>
    public DevicePointer<float> SplitSums;

    /// <summary>Scale of each activated row's codes, fp32 [T * K], where activations are quantised. Only where weights are, as all that follow.</summary>
    public DevicePointer<float> ActivatedScales;

    /// <summary>Scale of each row of fc2, fp32 [E, H]; or of each group of it, of the element type.</summary>
    public DevicePointer<byte> Fc2Scales;

    /// <summary>Zero point of each group, one byte; null where there are none.</summary>
    public DevicePointer<byte> Fc2ZeroPoints;
}
