using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>Arguments of both GEMMs in one launch; the same layout as the struct of this name in templates/gemm.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
[StructLayout(LayoutKind.Sequential)]
public struct GemmsArguments<T>
    where T : unmanaged
{
    /// <summary>Of GEMM1.</summary>
    public Gemm1Arguments<T> Gemm1;

    /// <summary>Of GEMM2.</summary>
    public Gemm2Arguments<T> Gemm2;

    /// <summary>GEMM1's tiles of each expert that are done, int32 [E]; routing has zeroed it.</summary>
    public DevicePointer<int> FinishedTiles;

    /// <summary>1 where this launch computes GEMM1, else 0.</summary>
    public int RunsGemm1;

    /// <summary>1 where this launch computes GEMM2, else 0.</summary>
    public int RunsGemm2;
}
