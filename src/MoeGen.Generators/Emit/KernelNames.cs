using MoeGen.Generators.Models;

namespace MoeGen.Generators.Emit;

/// <summary>Names that the CUDA text and its launchers must agree on.</summary>
internal static class KernelNames
{
    /// <summary>Entry point of a variant of GEMM1 or GEMM2.</summary>
    public static string Gemm(int gemm, GemmPlan plan) => $"moe_gemm{gemm}_{plan.Name}";
}
