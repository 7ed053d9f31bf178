namespace MoeGen.Generators.Models;

/// <summary>Which GEMMs have kernels in the text.</summary>
internal static class GeneratedGemms
{
    /// <summary>1, 2, both or none: what the configuration does not hand to cuBLAS or the class to a method of its own.</summary>
    public static IEnumerable<int> Of(Gemm gemm, TypeModel type) => gemm switch
    {
        Gemm.TensorCore => [1, 2],
        Gemm.Custom => Enumerable.Range(1, 2).Where(number => !type.ImplementsGemm(number)),
        _ => [],
    };
}
