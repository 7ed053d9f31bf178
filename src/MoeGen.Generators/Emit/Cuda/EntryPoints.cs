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
                {{KernelNames.Gemm(gemm, plan)}}(const __grid_constant__ {{gemm}}Arguments arguments) { {{Body(gemm, tile)}} }
                """);
            writer.Write(TextParts.Guard(model, plan.Name, string.Join("\n", gemms)));
        }

        return writer.ToString();

        string Body(string gemm, string tile) => model.FusesGemms
            ? $"__shared__ TileQueue queue; gemms<{tile}>(arguments, queue);"
            : $"__shared__ TileQueue queue; {gemm.ToLowerInvariant()}<{tile}>(arguments, queue, [](int) {{}});";
    }
}
