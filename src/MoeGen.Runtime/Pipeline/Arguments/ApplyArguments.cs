using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>Arguments of the activation as a kernel of its own; the same layout as the struct of this name in templates/activation.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
[StructLayout(LayoutKind.Sequential)]
public struct ApplyArguments<T>
    where T : unmanaged
{
    /// <summary>fp32 [rows, 2I] gated, [rows, I] plain, columns in fc1's row order.</summary>
    public DevicePointer<float> Products;

    /// <summary>[rows, I]; written.</summary>
    public DevicePointer<T> Activated;

    /// <summary>[E, 2I] gated, [E, I] plain; null means none.</summary>
    public DevicePointer<T> Fc1ExpertBiases;

    /// <summary>alpha of each expert, fp32 [E]; null means the configuration's constant, as for the next two.</summary>
    public DevicePointer<float> SwigluAlpha;

    /// <summary>beta of each expert, fp32 [E].</summary>
    public DevicePointer<float> SwigluBeta;

    /// <summary>Limit of each expert, fp32 [E].</summary>
    public DevicePointer<float> SwigluLimit;

    /// <summary>int32 [E + 1].</summary>
    public DevicePointer<int> ExpertOffsets;

    /// <summary>Scale of each slot's input, fp32 [T * K]; read where the class's routing scales the input; null means 1.</summary>
    public DevicePointer<float> TokenInputScales;

    /// <summary>Slot of each sorted row; read with <see cref="TokenInputScales"/> alone.</summary>
    public DevicePointer<int> SortedSlots;

    /// <summary>E.</summary>
    public int NumExperts;

    /// <summary>I.</summary>
    public int IntermediateSize;

    /// <summary>Column of the gate of output j is offset + j * stride, as in <see cref="Gemm1Arguments{T}"/>.</summary>
    public int GateRowOffset;

    /// <summary>See <see cref="GateRowOffset"/>.</summary>
    public int GateRowStride;

    /// <summary>See <see cref="GateRowOffset"/>; unused in a plain layer.</summary>
    public int UpRowOffset;

    /// <summary>See <see cref="UpRowOffset"/>.</summary>
    public int UpRowStride;
}
