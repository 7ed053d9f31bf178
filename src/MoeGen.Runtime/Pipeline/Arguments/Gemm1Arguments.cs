using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>Arguments of GEMM1 with its activation; the same layout as the struct of this name in templates/gemm.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
[StructLayout(LayoutKind.Sequential)]
public struct Gemm1Arguments<T>
    where T : unmanaged
{
    /// <summary>[T, H], or its codes where activations are quantised.</summary>
    public DevicePointer<T> Input;

    /// <summary>[E, 2I, H] gated, [E, I, H] plain.</summary>
    public DevicePointer<T> Fc1ExpertWeights;

    /// <summary>The activated rows in sorted order, [T * K, I]; written.</summary>
    public DevicePointer<T> Activated;

    /// <summary>First sorted row of each expert, int32 [E + 1].</summary>
    public DevicePointer<int> ExpertOffsets;

    /// <summary>First M-tile of each expert, int32 [E + 1].</summary>
    public DevicePointer<int> TileStarts;

    /// <summary>Expert of each M-tile.</summary>
    public DevicePointer<int> TileExperts;

    /// <summary>M-tiles x N-tiles drawn so far, int32 [1]; routing has zeroed it.</summary>
    public DevicePointer<int> DrawnTiles;

    /// <summary>Slot of each sorted row; its token is slot / K.</summary>
    public DevicePointer<int> SortedSlots;

    /// <summary>[E, 2I] gated, [E, I] plain, in fc1's row order; null means none.</summary>
    public DevicePointer<T> Fc1ExpertBiases;

    /// <summary>alpha of each expert, fp32 [E]; null means the configuration's constant.</summary>
    public DevicePointer<float> SwigluAlpha;

    /// <summary>beta of each expert, fp32 [E]; null means the configuration's constant.</summary>
    public DevicePointer<float> SwigluBeta;

    /// <summary>Limit of each expert, fp32 [E]; null means the configuration's constant.</summary>
    public DevicePointer<float> SwigluLimit;

    /// <summary>Scale of each slot's input, fp32 [T * K]; read where the class's routing scales the input; null means 1.</summary>
    public DevicePointer<float> TokenInputScales;

    /// <summary>E.</summary>
    public int NumExperts;

    /// <summary>K.</summary>
    public int TopK;

    /// <summary>H.</summary>
    public int HiddenSize;

    /// <summary>I.</summary>
    public int IntermediateSize;

    /// <summary>fc1 row of output j is <c>GateRowOffset + j * GateRowStride</c>; in a plain layer, offset 0 and stride 1.</summary>
    public int GateRowOffset;

    /// <summary>See <see cref="GateRowOffset"/>.</summary>
    public int GateRowStride;

    /// <summary>fc1 row of the up half of output j is <c>UpRowOffset + j * UpRowStride</c>; unused in a plain layer.</summary>
    public int UpRowOffset;

    /// <summary>See <see cref="UpRowOffset"/>.</summary>
    public int UpRowStride;

    /// <summary>Scale of each token's codes, fp32 [T], where activations are quantised. Only where weights are, as all that follow.</summary>
    public DevicePointer<float> InputScales;

    /// <summary>Scale of each row of fc1, fp32 [E, 2I] gated, [E, I] plain; or of each group of it, of the element type.</summary>
    public DevicePointer<byte> Fc1Scales;

    /// <summary>Zero point of each group, one byte; null where there are none.</summary>
    public DevicePointer<byte> Fc1ZeroPoints;
}
