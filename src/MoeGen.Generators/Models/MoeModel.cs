using MoeGen.Generators.Helpers;

namespace MoeGen.Generators.Models;

/// <summary>All that emission needs: defaults applied, variants planned. CUDA and C# text are pure functions of it.</summary>
/// <param name="Type">The annotated class.</param>
/// <param name="Dtype">Element type of input and output.</param>
/// <param name="Activation">The function between the two GEMMs.</param>
/// <param name="Routing">How experts are chosen.</param>
/// <param name="Swiglu">Constants of the activation; the defaults where it has none.</param>
/// <param name="Shape">Sizes that are constants of the kernels; 0 where one is given at run time.</param>
/// <param name="Gemm">Who multiplies.</param>
/// <param name="Variants">GEMM variants by growing M, then N; one, for its height, where no GEMM is generated; empty without GPU kernels.</param>
/// <param name="Decodes">Whether kernels for few tokens stand beside the variants.</param>
/// <param name="Weights">How the weights are stored.</param>
/// <param name="Output">How much is emitted.</param>
internal sealed record MoeModel(
    TypeModel Type,
    Dtype Dtype,
    Activation Activation,
    RoutingMethod Routing,
    SwigluConstants Swiglu,
    StaticShape Shape,
    Gemm Gemm,
    EquatableArray<GemmPlan> Variants,
    bool Decodes,
    WeightCoding Weights,
    MoeOutput Output)
{
    /// <summary>The GEMMs with kernels in the text: 1, 2, both or none.</summary>
    public IEnumerable<int> GeneratedGemms => Models.GeneratedGemms.Of(Gemm, Type);

    /// <summary>
    /// Whether one kernel has both GEMMs. Of 8-bit operands, activated rows become codes between them; decoding in both would spill, and so
    /// would some of the tiles that a class may pin, whose text stays short besides.
    /// </summary>
    public bool FusesGemms => Variants.Count > 1 && Gemm == Gemm.TensorCore && !Weights.IsQuantized;

    /// <summary>The kernels of each variant: <c>Gemms</c>, <c>Gemm1</c> or <c>Gemm2</c>.</summary>
    public IEnumerable<string> GemmKernels => FusesGemms ? ["Gemms"] : GeneratedGemms.Select(gemm => $"Gemm{gemm}");

    /// <summary>Whether GEMM2's tiles may divide their depth among blocks: the parts of codes' groups are not written for it, and one tile's text stays short.</summary>
    public bool DividesDepth => Variants.Count > 1 && Gemm == Gemm.TensorCore && (!Weights.IsQuantized || Weights.QuantizesActivations);

    /// <summary>Whether the text has kernels of GEMM 1 or 2.</summary>
    public bool Generates(int gemm) => GeneratedGemms.Contains(gemm);
}
