using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>Arguments of finalize where GEMM2's depth was divided; the same layout as the struct of this name in templates/finalize.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
[StructLayout(LayoutKind.Sequential)]
public struct FinalizeSplitsArguments<T>
    where T : unmanaged
{
    /// <summary>As where it was not; the expert output is not read.</summary>
    public FinalizeArguments<T> Finalize;

    /// <summary>What GEMM2 wrote, fp32 [T * K, parts, H] in slot order.</summary>
    public DevicePointer<float> SplitSums;

    /// <summary>Logarithm to base 2 of the number of parts.</summary>
    public int LogSplits;

    /// <summary>Keeps the size a multiple of 8.</summary>
    public int Reserved;
}
