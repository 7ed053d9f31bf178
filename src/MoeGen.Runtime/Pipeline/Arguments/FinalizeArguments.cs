using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>Arguments of finalize; the same layout as the struct of this name in templates/finalize.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
[StructLayout(LayoutKind.Sequential)]
public struct FinalizeArguments<T>
    where T : unmanaged
{
    /// <summary>Each slot's expert output, [T * K, H], in slot order, or in sorted order where <see cref="SlotRows"/> is given.</summary>
    public DevicePointer<T> ExpertOutput;

    /// <summary>Sorted row of each slot, int32 [T * K]; null means slot order.</summary>
    public DevicePointer<int> SlotRows;

    /// <summary>[E, H]; null where there is none or GEMM2 has added it.</summary>
    public DevicePointer<T> Fc2ExpertBiases;

    /// <summary>Expert id of each slot, int32 [T * K]; ids without a local expert contribute nothing.</summary>
    public DevicePointer<int> TokenSelectedExperts;

    /// <summary>From ids to experts 0..E-1.</summary>
    public LocalExpertArguments LocalExperts;

    /// <summary>Scale of each slot, fp32 [T * K]; null means 1.</summary>
    public DevicePointer<float> TokenFinalScales;

    /// <summary>[T, H]; every row is written.</summary>
    public DevicePointer<T> Output;

    /// <summary>Tokens from this number on, read when the kernel runs, have rows of zeros; null means T.</summary>
    public DevicePointer<int> NumTokensOnDevice;

    /// <summary>T.</summary>
    public int NumTokens;

    /// <summary>K.</summary>
    public int TopK;

    /// <summary>H.</summary>
    public int HiddenSize;

    /// <summary>Keeps the size a multiple of 8.</summary>
    public int Reserved;
}
