using MoeGen.Generators.Models;
using MoeGen.Generators.Planning;

namespace MoeGen.Generators.Emit.CSharp;

/// <summary>A kernel of one variant.</summary>
/// <param name="Gemm"><c>Gemms</c>, <c>Gemm1</c> or <c>Gemm2</c>.</param>
/// <param name="Variant">Index of the variant.</param>
/// <param name="Plan">Its plan.</param>
/// <param name="Element">C# type of an element.</param>
internal sealed record GemmKernel(string Gemm, int Variant, GemmPlan Plan, string Element)
{
    /// <summary>Method of the launchers.</summary>
    public string Method => $"{Gemm}{Plan.TypeName}";

    /// <summary>Field of the launchers.</summary>
    public string Field => $"_{char.ToLowerInvariant(Gemm[0])}{Gemm.Substring(1)}{Plan.TypeName}";

    /// <summary>Entry point.</summary>
    public string Kernel => KernelNames.Gemm(Gemm, Plan);

    /// <summary>Type of its arguments.</summary>
    public string Arguments => $"{Names.MoeGen}.{Gemm}Arguments<{Element}>";

    /// <summary>Whether some GPUs have too little shared memory for it, and run the layer's other variants.</summary>
    public bool IsOptional { get; private init; }

    /// <summary>The kernels of every variant.</summary>
    public static IReadOnlyList<GemmKernel> Of(MoeModel model) => model.Variants
        .SelectMany((plan, variant) => model.GemmKernels.Select(gemm => new GemmKernel(gemm, variant, plan, Names.Element(model.Dtype))
        {
            IsOptional = model.Variants.Count > 1 && plan.SharedMemoryBytes > GpuLimits.PortableSharedMemoryBytes,
        }))
        .ToArray();
}
