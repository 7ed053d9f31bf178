using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>Arguments of GEMM2 with the reduction over K for few slots; the same layout as the struct of this name in templates/decode.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
[StructLayout(LayoutKind.Sequential)]
public struct DecodeGemm2Arguments<T>
    where T : unmanaged
{
    /// <summary>The activated rows in slot order, [T * K, I].</summary>
    public DevicePointer<T> Activated;

    /// <summary>[E, H, I].</summary>
    public DevicePointer<T> Fc2ExpertWeights;

    /// <summary>[T, H]; every row is written.</summary>
    public DevicePointer<T> Output;

    /// <summary>Expert id of each slot, int32 [T * K]; ids without a local expert contribute nothing.</summary>
    public DevicePointer<int> TokenSelectedExperts;

    /// <summary>From ids to experts 0..E-1.</summary>
    public LocalExpertArguments LocalExperts;

    /// <summary>[E, H]; null means none.</summary>
    public DevicePointer<T> Fc2ExpertBiases;

    /// <summary>Scale of each slot, fp32 [T * K]; null means 1.</summary>
    public DevicePointer<float> TokenFinalScales;

    /// <summary>Tokens from this number on, read when the kernel runs, have rows of zeros; null means T.</summary>
    public DevicePointer<int> NumTokensOnDevice;

    /// <summary>T * K, at most <see cref="GemmVariant.MaxDecodeSlots"/>.</summary>
    public int NumSlots;

    /// <summary>K.</summary>
    public int TopK;

    /// <summary>H.</summary>
    public int HiddenSize;

    /// <summary>I.</summary>
    public int IntermediateSize;

    /// <summary>Sums of each split, fp32 [splits, T, H]; not used where there is one.</summary>
    public DevicePointer<float> BlockSums;

    /// <summary>Blocks that are done, int32 for each 16 columns of H; GEMM1 has zeroed it.</summary>
    public DevicePointer<uint> ArrivedBlocks;

    /// <summary>Blocks that divide the depth of 16 columns, a power of two.</summary>
    public int Splits;

    /// <summary>Keeps the size a multiple of 8.</summary>
    public int Reserved;

    /// <summary>Scale of each activated row's codes, fp32 [T * K], where activations are quantised. Only where weights are, as all that follow.</summary>
    public DevicePointer<float> ActivatedScales;

    /// <summary>Scale of each row of fc2, fp32 [E, H]; or of each group of it, of the element type.</summary>
    public DevicePointer<byte> Fc2Scales;

    /// <summary>Zero point of each group, one byte; null where there are none.</summary>
    public DevicePointer<byte> Fc2ZeroPoints;
}
