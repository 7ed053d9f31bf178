using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>Arguments of a whole call of few slots; the same layout as the struct of this name in templates/decode.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
[StructLayout(LayoutKind.Sequential)]
public struct DecodeArguments<T>
    where T : unmanaged
{
    /// <summary>[T, H].</summary>
    public DevicePointer<T> Input;

    /// <summary>[E, 2I, H] gated, [E, I, H] plain.</summary>
    public DevicePointer<T> Fc1ExpertWeights;

    /// <summary>[E, H, I].</summary>
    public DevicePointer<T> Fc2ExpertWeights;

    /// <summary>The activated rows in slot order, [T * K, I]; those of valid experts are written.</summary>
    public DevicePointer<T> Activated;

    /// <summary>[T, H]; every row is written.</summary>
    public DevicePointer<T> Output;

    /// <summary>Expert id of each slot, int32 [T * K]; ids without a local expert contribute nothing.</summary>
    public DevicePointer<int> TokenSelectedExperts;

    /// <summary>From ids to experts 0..E-1.</summary>
    public LocalExpertArguments LocalExperts;

    /// <summary>[E, 2I] gated, [E, I] plain, in fc1's row order; null means none.</summary>
    public DevicePointer<T> Fc1ExpertBiases;

    /// <summary>[E, H]; null means none.</summary>
    public DevicePointer<T> Fc2ExpertBiases;

    /// <summary>alpha of each expert, fp32 [E]; null means the configuration's constant.</summary>
    public DevicePointer<float> SwigluAlpha;

    /// <summary>beta of each expert, fp32 [E]; null means the configuration's constant.</summary>
    public DevicePointer<float> SwigluBeta;

    /// <summary>limit of each expert, fp32 [E]; null means the configuration's constant.</summary>
    public DevicePointer<float> SwigluLimit;

    /// <summary>Scale of each slot, fp32 [T * K]; null means 1.</summary>
    public DevicePointer<float> TokenFinalScales;

    /// <summary>Scale of each slot's input, fp32 [T * K], where routing has one; null means 1.</summary>
    public DevicePointer<float> TokenInputScales;

    /// <summary>Tokens from this number on, read when the kernel runs, have rows of zeros; null means T.</summary>
    public DevicePointer<int> NumTokensOnDevice;

    /// <summary>Tickets that blocks have drawn and, 128 bytes further, portions of GEMM1 that are done; zero between calls.</summary>
    public DevicePointer<uint> Counters;

    /// <summary>Sums of a tile of columns that the next block goes on with, a word each, [MaxBlocks, T, 16] for up to 16 tokens; zero between calls.</summary>
    public DevicePointer<uint> PartSums;

    /// <summary>T * K, at most <see cref="GemmVariant.MaxDecodeSlots"/>.</summary>
    public int NumSlots;

    /// <summary>K.</summary>
    public int TopK;

    /// <summary>H.</summary>
    public int HiddenSize;

    /// <summary>I.</summary>
    public int IntermediateSize;

    /// <summary>fc1's row of output j is this plus j times <see cref="GateRowStride"/>.</summary>
    public int GateRowOffset;

    /// <summary>Rows from one output to the next.</summary>
    public int GateRowStride;

    /// <summary>The same for the up half of a gated pair.</summary>
    public int UpRowOffset;

    /// <summary>Rows from one output to the next.</summary>
    public int UpRowStride;

    /// <summary>Blocks that <see cref="PartSums"/> has room for; the launch has no more.</summary>
    public int MaxBlocks;

    /// <summary>Keeps the size a multiple of 8.</summary>
    public int Reserved;

    /// <summary>Scale of each row of fc1, fp32 [E, 2I] gated, [E, I] plain; or of each group of it, of the element type. Only where weights are codes, as all that follow.</summary>
    public DevicePointer<byte> Fc1Scales;

    /// <summary>Scale of each row of fc2, fp32 [E, H]; or of each group of it, of the element type.</summary>
    public DevicePointer<byte> Fc2Scales;

    /// <summary>Zero point of each group of fc1, one byte; null where there are none.</summary>
    public DevicePointer<byte> Fc1ZeroPoints;

    /// <summary>Zero point of each group of fc2, one byte; null where there are none.</summary>
    public DevicePointer<byte> Fc2ZeroPoints;
}
