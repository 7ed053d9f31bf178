using MoeGen.Generators.Models;
using MoeGen.Generators.Planning;

namespace MoeGen.Generators.Emit.CSharp;

/// <summary>One GEMM of one variant.</summary>
/// <param name="Gemm">1 or 2.</param>
/// <param name="Variant">Index of the variant.</param>
/// <param name="Plan">Its plan.</param>
/// <param name="Element">C# type of an element.</param>
internal sealed record GemmKernel(int Gemm, int Variant, GemmPlan Plan, string Element)
{
    /// <summary>Method of the launchers.</summary>
    public string Method => $"Gemm{Gemm}{Plan.TypeName}";

    /// <summary>Field of the launchers.</summary>
    public string Field => $"_gemm{Gemm}{Plan.TypeName}";

    /// <summary>Entry point.</summary>
    public string Kernel => KernelNames.Gemm(Gemm, Plan);

    /// <summary>Type of its arguments.</summary>
    public string Arguments => $"{Names.MoeGen}.Gemm{Gemm}Arguments<{Element}>";

    /// <summary>Whether some GPUs have too little shared memory for it, and run the layer's other variants.</summary>
    public bool IsOptional { get; private init; }

    /// <summary>The generated GEMMs of every variant.</summary>
    public static IReadOnlyList<GemmKernel> Of(MoeModel model) => model.Variants
        .SelectMany((plan, variant) => model.GeneratedGemms.Select(gemm => new GemmKernel(gemm, variant, plan, Names.Element(model.Dtype))
        {
            IsOptional = model.Variants.Count > 1 && plan.SharedMemoryBytes > GpuLimits.PortableSharedMemoryBytes,
        }))
        .ToArray();
}
