namespace MoeGen;

/// <summary>What the generator planned for one annotated class.</summary>
/// <param name="Name">Full name of the annotated class.</param>
/// <param name="Dtype">Element type of input and output, and of the weights where <see cref="Weights"/> does not say otherwise.</param>
/// <param name="Activation">The function between the two GEMMs.</param>
/// <param name="Routing">How experts are chosen.</param>
/// <param name="Variants">GEMM variants by growing <see cref="GemmVariant.TileM"/>; where no GEMM is generated one, to whose height rows are sorted; empty where the layer runs on the managed backend only.</param>
public sealed record MoeDescriptor(
    string Name, Dtype Dtype, Activation Activation, RoutingMethod Routing, IReadOnlyList<GemmVariant> Variants)
{
    /// <summary>Who multiplies.</summary>
    public Gemm Gemm { get; init; }

    /// <summary>Whether kernels for few tokens (<see cref="GemmVariant.Decode"/>) stand beside <see cref="Variants"/>.</summary>
    public bool Decodes { get; init; }

    /// <summary>How the experts' weights are stored.</summary>
    public WeightFormat Weights { get; init; }

    /// <summary>Elements along a weight row that share a scale, with <see cref="WeightFormat.Int4Group"/>; else 0.</summary>
    public int GroupSize { get; init; }

    /// <summary>Whether each such group has a zero point.</summary>
    public bool HasZeroPoints { get; init; }

    /// <summary>Whether tokens and activated rows are quantised, so that both GEMMs multiply 8-bit integers.</summary>
    public bool QuantizesActivations { get; init; }

    /// <summary>Constants of the activation; of no meaning where it has none.</summary>
    public SwigluConstants Swiglu { get; init; } = SwigluConstants.Default;

    /// <summary>Sizes that are constants of the kernels.</summary>
    public StaticShape StaticShape { get; init; } = new();

    /// <summary>Whether the routed experts' scales multiply their input instead of their output.</summary>
    public bool ScalesInput => Routing == RoutingMethod.TopKSigmoidInput;

    /// <summary>Whether one kernel has both GEMMs.</summary>
    internal bool FusesGemms => Variants.Count > 1 && Gemm == Gemm.TensorCore && Weights == WeightFormat.SameAsDtype && !QuantizesActivations;

    /// <summary>Whether GEMM2's tiles may divide their depth among blocks.</summary>
    public bool DividesDepth => Variants.Count > 1 && Gemm == Gemm.TensorCore && (Weights == WeightFormat.SameAsDtype || QuantizesActivations);

    /// <summary>Whether fc1 holds gate and up rows (2 x I an expert) rather than I.</summary>
    public bool IsGated => Activation.IsGated();
}
