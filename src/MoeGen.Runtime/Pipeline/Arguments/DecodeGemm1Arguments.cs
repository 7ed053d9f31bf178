using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>Arguments of GEMM1 for few slots where activations are quantised; the same layout as the struct of this name in templates/decode.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
[StructLayout(LayoutKind.Sequential)]
public struct DecodeGemm1Arguments<T>
    where T : unmanaged
{
    /// <summary>Codes of [T, H].</summary>
    public DevicePointer<T> Input;

    /// <summary>[E, 2I, H] gated, [E, I, H] plain.</summary>
    public DevicePointer<T> Fc1ExpertWeights;

    /// <summary>The activated rows in slot order, [T * K, I]; those of valid experts are written.</summary>
    public DevicePointer<T> Activated;

    /// <summary>Expert id of each slot, int32 [T * K]; ids without a local expert are dropped.</summary>
    public DevicePointer<int> TokenSelectedExperts;

    /// <summary>From ids to experts 0..E-1.</summary>
    public LocalExpertArguments LocalExperts;

    /// <summary>[E, 2I] gated, [E, I] plain, in fc1's row order; null means none.</summary>
    public DevicePointer<T> Fc1ExpertBiases;

    /// <summary>alpha of each expert, fp32 [E]; null means the configuration's constant.</summary>
    public DevicePointer<float> SwigluAlpha;

    /// <summary>beta of each expert, fp32 [E]; null means the configuration's constant.</summary>
    public DevicePointer<float> SwigluBeta;

    /// <summary>Limit of each expert, fp32 [E]; null means the configuration's constant.</summary>
    public DevicePointer<float> SwigluLimit;

    /// <summary>T * K, at most <see cref="GemmVariant.MaxDecodeSlots"/>.</summary>
    public int NumSlots;

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

    /// <summary>Tokens from this number on, read when the kernel runs, have no experts; null means T.</summary>
    public DevicePointer<int> NumTokensOnDevice;

    /// <summary>Scale of each slot's input, fp32 [T * K]; read where the class's routing scales the input; null means 1.</summary>
    public DevicePointer<float> TokenInputScales;

    /// <summary>Scale of each token's codes, fp32 [T].</summary>
    public DevicePointer<float> InputScales;

    /// <summary>Scale of each row of fc1, fp32 [E, 2I] gated, [E, I] plain.</summary>
    public DevicePointer<byte> Fc1Scales;
}
