using MoeGen.Generators.Emit;
using MoeGen.Generators.Emit.CSharp;
using MoeGen.Generators.Models;
using MoeGen.Generators.Planning;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>Not a mistake but what became of the declaration, to be read where it is written.</summary>
internal static class PlanRule
{
    /// <summary>Tells the plan.</summary>
    public static IEnumerable<Issue> Check(MoeDeclaration declaration)
    {
        MoeModel model = MoePlanner.Plan(declaration);
        yield return Issue.Of(RuleIds.Plan, Place.AttributeName, model.Type.Name, ConfigurationText.Of(model), KernelsOf(model, declaration.Settings.Operands));
    }

    private static string KernelsOf(MoeModel model, Operands operands)
    {
        if (model.Output != MoeOutput.Cuda)
        {
            return "the managed backend runs it and there are no GPU kernels";
        }

        IEnumerable<string> kernels = GemmKernel.Of(model).Select(gemm => gemm.Kernel)
            .Concat(StageKernel.Of(model).Select(stage => stage.Kernel))
            .Distinct();
        string multiplied = model switch
        {
            { Gemm: Gemm.Cublas } => "cuBLAS multiplies",
            _ when !model.GeneratedGemms.Any() => "its own methods multiply",
            _ => $"tiles {string.Join("; ", model.Variants.Select(plan => TextOf(plan, operands)))}",
        };
        return $"{multiplied}; kernels {string.Join(", ", kernels)}";
    }

    private static string TextOf(GemmPlan plan, Operands operands) =>
        $"{plan.TileM}x{plan.TileN}x{plan.TileK} ({plan.Stages} stages, {plan.Threads} threads, {plan.SharedMemoryBytes} bytes of shared memory, " +
        $"about {TilePlanner.RegistersPerThread(plan.AccumulatorsPerThread, operands)} of at most {plan.MaxRegisters} registers a thread)";
}
