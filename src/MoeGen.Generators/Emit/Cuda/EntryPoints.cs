using MoeGen.Generators.Helpers;
using MoeGen.Generators.Models;

namespace MoeGen.Generators.Emit.Cuda;

/// <summary>The kernels of each variant, under plain C names. Every other kernel is an entry point in its template.</summary>
internal static class EntryPoints
{
    /// <summary>Emits the generated GEMMs of every variant; nothing where there are none.</summary>
    public static string Emit(MoeModel model)
    {
        CodeWriter writer = new();
        if (!model.GeneratedGemms.Any())
        {
            return "";
        }

        writer.Write().Write("// ---- entry points ----");
        foreach (GemmPlan plan in model.Variants)
        {
            writer.Write();
            string tile = ConfigBlock.StructName(plan);
            IEnumerable<string> gemms = model.GemmKernels.Select(gemm =>
                $$"""
                extern "C" __global__ void __launch_bounds__({{tile}}::kThreads, {{tile}}::kMinBlocksPerSm)
                {{KernelNames.Gemm(gemm, plan)}}(const __grid_constant__ {{gemm}}Arguments arguments) { __shared__ int next_tiles[2]; {{gemm.ToLowerInvariant()}}<{{tile}}>(arguments, next_tiles{{(model.FusesGemms ? "" : ", [](int) {}")}}); }
                """);
            writer.Write(TextParts.Guard(model, plan.Name, string.Join("\n", gemms)));
        }

        return writer.ToString();
    }
}
