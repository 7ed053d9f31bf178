using MoeGen.Generators.Models;

namespace MoeGen.Generators.Emit;

/// <summary>Names that the CUDA text and its launchers must agree on.</summary>
internal static class KernelNames
{
    /// <summary>Entry point of a variant of <c>Gemms</c>, <c>Gemm1</c> or <c>Gemm2</c>.</summary>
    public static string Gemm(string kernel, GemmPlan plan) => $"moe_{kernel.ToLowerInvariant()}_{plan.Name}";
}
