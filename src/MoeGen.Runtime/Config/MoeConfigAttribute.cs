using System;
using System.Diagnostics;

namespace MoeGen;

/// <summary>
/// Turns a partial class into a Mixture-of-Experts layer tailored to this configuration: the generator adds the CUDA text,
/// typed launchers and the runner to the class.
/// </summary>
/// <example>
/// <code>
/// [MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "128x128")]
/// public partial class MixtralMoe;
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
[Conditional("MOEGEN_KEEP_ATTRIBUTES")]
public sealed class MoeConfigAttribute : Attribute
{
    /// <summary>Element type of input, weights and output. Required.</summary>
    public Dtype Dtype { get; set; }

    /// <summary>The function between the two GEMMs. Left out: <see cref="MoeGen.Activation.Swiglu"/>.</summary>
    public Activation Activation { get; set; }

    /// <summary>
    /// Thread-block tile of the large-token GEMMs, <c>"MxN"</c> or <c>"MxNxK"</c>: M rows (tokens x experts per token),
    /// N accumulator columns (in a gated GEMM1, 128 columns are 64 outputs), K elements of depth a stage (64 when left out).
    /// M: 16, 32, 64, 128 or 256; N: 64, 128 or 256; K: 32, 64 or 128.
    /// Left out: the planner's ladder, from which the run time picks by tokens per expert.
    /// </summary>
    public string? Tile { get; set; }

    /// <summary>Depth of the software pipeline, 2 to 8. Left out: as many as fit 99 KB of shared memory, at most 4 (6 for tiles of 16 and 32 rows).</summary>
    public int Stages { get; set; }

    /// <summary>alpha of <see cref="MoeGen.Activation.SwigluOai"/>, no unit. Left out: 1.702.</summary>
    public float SwigluAlpha { get; set; }

    /// <summary>beta of <see cref="MoeGen.Activation.SwigluOai"/>, no unit. Left out: 1.</summary>
    public float SwigluBeta { get; set; }

    /// <summary>Limit of <see cref="MoeGen.Activation.SwigluOai"/> and <see cref="MoeGen.Activation.SwigluStep"/>, positive. Left out: 7.</summary>
    public float SwigluLimit { get; set; }

    /// <summary>E, experts of this layer (1 to 1024), as a constant of the kernels. Left out: given at run time.</summary>
    public int NumExperts { get; set; }

    /// <summary>K, experts per token (1 to 32), as a constant of the kernels. Left out: given at run time.</summary>
    public int TopK { get; set; }

    /// <summary>H, a multiple of 8, as a constant of the kernels. Left out: given at run time.</summary>
    public int HiddenSize { get; set; }

    /// <summary>I, a multiple of 8, as a constant of the kernels. Left out: given at run time.</summary>
    public int IntermediateSize { get; set; }

    /// <summary>Who multiplies. Left out: <see cref="MoeGen.Gemm.TensorCore"/>.</summary>
    public Gemm Gemm { get; set; }

    /// <summary>How experts are chosen. Left out: <see cref="RoutingMethod.Preselected"/>.</summary>
    public RoutingMethod Routing { get; set; }
}
