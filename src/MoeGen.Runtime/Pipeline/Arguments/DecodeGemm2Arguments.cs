using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>Arguments of GEMM2 with the reduction over K for few slots where activations are quantised; the same layout as the struct of this name in templates/decode.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
[StructLayout(LayoutKind.Sequential)]
public struct DecodeGemm2Arguments<T>
    where T : unmanaged
{
    /// <summary>Codes of the activated rows in slot order, [T * K, I].</summary>
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

    /// <summary>Tickets that blocks have drawn; zero between calls.</summary>
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

    /// <summary>Blocks that <see cref="PartSums"/> has room for; the launch has no more.</summary>
    public int MaxBlocks;

    /// <summary>Keeps the size a multiple of 8.</summary>
    public int Reserved;

    /// <summary>Scale of each activated row's codes, fp32 [T * K].</summary>
    public DevicePointer<float> ActivatedScales;

    /// <summary>Scale of each row of fc2, fp32 [E, H].</summary>
    public DevicePointer<byte> Fc2Scales;
}
