using MoeGen.Generators.Models;

namespace MoeGen.Generators.Emit;

/// <summary>Who multiplies, in words, for comments.</summary>
internal static class MultiplierText
{
    /// <summary>What introduces the list of variants; where no GEMM is generated, all that is to be said.</summary>
    public static string Of(MoeModel model) => model switch
    {
        { Gemm: Gemm.Cublas } => "No GEMM is generated: cuBLAS multiplies, between the kernels for routing, permutation, activation and finalize.",
        _ when !model.GeneratedGemms.Any() =>
            "No GEMM is generated: the class's own methods multiply, between the kernels for routing, permutation, activation and finalize.",
        _ when !model.Generates(1) => "GEMM1 is the class's own method. GEMM2 variants, M x N x K:",
        _ when !model.Generates(2) => "GEMM2 is the class's own method. GEMM1 variants, M x N x K:",
        _ => "GEMM variants, M x N x K:",
    };
}
