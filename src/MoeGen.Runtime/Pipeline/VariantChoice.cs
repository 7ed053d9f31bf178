namespace MoeGen;

/// <summary>What a call of some size runs, and why. The same for every call of that size.</summary>
/// <param name="Gemm1">The variant of GEMM1; <see cref="GemmVariant.Decode"/> stands for both GEMMs of a call of few tokens.</param>
/// <param name="Gemm2">The variant of GEMM2, often that of GEMM1.</param>
/// <param name="Reason">Who chose them.</param>
public readonly record struct VariantChoice(GemmVariant Gemm1, GemmVariant Gemm2, VariantReason Reason)
{
    /// <summary>The name of the one variant, or both with a plus sign between: what <see cref="MoeCudaOptions.Variant"/> takes.</summary>
    public string Name => Gemm1 == Gemm2 ? Gemm1.Name : $"{Gemm1.Name}+{Gemm2.Name}";
}
