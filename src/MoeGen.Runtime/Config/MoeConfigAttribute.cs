using System;
using System.Diagnostics;

namespace MoeGen;

/// <summary>
/// Turns a partial class into a Mixture-of-Experts layer tailored to this configuration: the generator adds the CUDA text,
/// typed launchers and the runner to the class. What is stated becomes a constant of the kernels and is checked in the editor;
/// what is left out has a default, or stays a value of the run time.
/// </summary>
/// <remarks>
/// The class is a plain one: not static, generic, a record or file-local, without a base class and without a primary constructor.
/// It and the types around it are partial. The analyzer tells what cannot be, and the plan of what can.
/// </remarks>
/// <example>
/// A layer of Mixtral 8x7B, with its sizes as constants:
/// <code>
/// [MoeConfig(
///     Dtype = Dtype.BF16, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized,
///     NumExperts = 8, TopK = 2, HiddenSize = 4096, IntermediateSize = 14336)]
/// public partial class MixtralMoe;
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
[Conditional("MOEGEN_KEEP_ATTRIBUTES")]
public sealed class MoeConfigAttribute : Attribute
{
    /// <summary>Element type of input, weights and output. Required: it has no default, because the bytes of the weights follow from it.</summary>
    /// <remarks>With <see cref="MoeGen.Dtype.INT8"/> input and output are <see cref="OutputDtype"/>.</remarks>
    /// <example><code>[MoeConfig(Dtype = Dtype.FP16)]</code></example>
    public Dtype Dtype { get; set; }

    /// <summary>Element type of input, biases and output with <see cref="MoeGen.Dtype.INT8"/>: BF16 or FP16. Default: BF16.</summary>
    /// <remarks>An error with other types, whose output is of the type itself.</remarks>
    /// <example><code>[MoeConfig(Dtype = Dtype.INT8, OutputDtype = Dtype.FP16)]</code></example>
    public Dtype OutputDtype { get; set; }

    /// <summary>How the experts' weights are stored, with BF16 or FP16 activations. Default: <see cref="WeightFormat.SameAsDtype"/>.</summary>
    /// <remarks>
    /// Codes become elements in registers, on their way to the tensor cores. An error with <see cref="MoeGen.Dtype.INT8"/>, whose weights
    /// are 8-bit, and with <see cref="MoeGen.Dtype.FP32"/>; the generated kernels alone multiply.
    /// </remarks>
    /// <example><code>[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group)]</code></example>
    public WeightFormat Weights { get; set; }

    /// <summary>Elements along a weight row that share a scale with <see cref="WeightFormat.Int4Group"/>: 32, 64 or 128. Default: 128.</summary>
    /// <remarks>It divides H and I. An error with other formats.</remarks>
    /// <example><code>[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 64)]</code></example>
    public int GroupSize { get; set; }

    /// <summary>Whether each group has a zero point of its own with <see cref="WeightFormat.Int4Group"/>. Default: false, all are 8.</summary>
    /// <remarks>An error with other formats.</remarks>
    /// <example><code>[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, ZeroPoints = true)]</code></example>
    public bool ZeroPoints { get; set; }

    /// <summary>The function between the two GEMMs. Default: <see cref="MoeGen.Activation.Swiglu"/>.</summary>
    /// <remarks>With a gated function fc1 has two rows for each intermediate value, with a plain one it has one.</remarks>
    /// <example><code>[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Relu2)]</code></example>
    public Activation Activation { get; set; }

    /// <summary>
    /// Thread-block tile of the GEMMs, <c>"MxN"</c> or <c>"MxNxK"</c>: M rows (tokens x experts per token), N accumulator columns
    /// (in a gated GEMM1, 128 columns are 64 outputs), K elements of depth a stage. Default: a ladder of seven tiles, from
    /// which each call picks.
    /// </summary>
    /// <remarks>
    /// M is 16, 32, 64, 80, 128, 160 or 256; N is 64, 128 or 256; K is 32, 64 or 128, and 64 when left out (with
    /// <see cref="MoeGen.Dtype.INT8"/> 64, 128 or 256, and 128). 256x256 and 160x256 exceed the register file, 16x64, 80x64 and 160x64 cannot be copied with the largest K, and weights that are codes have no tile of 80 rows. With its stages a tile takes at most 163 KB of shared memory; one beyond 99 KB is refused on
    /// compute capability 8.6, 8.9 and 12.x. A pinned tile is the only one; beside it stand the kernels for few tokens, which
    /// calls take as they do beside the ladder (<c>MoeCudaOptions.Variant</c> names the tile for every call). A class that
    /// implements a GEMM has none of these. A tile has no effect, and is an error, with
    /// <see cref="MoeGen.Dtype.FP32"/>, with <see cref="MoeGen.Gemm.Cublas"/> and in a class that implements both GEMMs.
    /// </remarks>
    /// <example><code>[MoeConfig(Dtype = Dtype.BF16, Tile = "64x128x64")]</code></example>
    public string? Tile { get; set; }

    /// <summary>
    /// Depth of the software pipeline, 2 to 8 stages of (M + N) x K elements in shared memory. Default: as many as fit 99 KB, at
    /// most 4 (6 for tiles of 16 and 32 rows).
    /// </summary>
    /// <remarks>
    /// Without a tile it holds for all tiles of the ladder. It has no effect, and is an error, with
    /// <see cref="MoeGen.Dtype.FP32"/>, with <see cref="MoeGen.Gemm.Cublas"/> and in a class that implements both GEMMs.
    /// </remarks>
    /// <example><code>[MoeConfig(Dtype = Dtype.BF16, Tile = "128x128", Stages = 3)]</code></example>
    public int Stages { get; set; }

    /// <summary>alpha of <see cref="MoeGen.Activation.SwigluOai"/>: the factor inside the sigmoid, finite, no unit. Default: 1.702.</summary>
    /// <remarks>An error with other activations. Weights may bring a value of each expert instead.</remarks>
    /// <example><code>[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.SwigluOai, SwigluAlpha = 1.5f)]</code></example>
    public float SwigluAlpha { get; set; }

    /// <summary>beta of <see cref="MoeGen.Activation.SwigluOai"/>: added to the clamped up value, finite, no unit. Default: 1.</summary>
    /// <remarks>An error with other activations. Weights may bring a value of each expert instead.</remarks>
    /// <example><code>[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.SwigluOai, SwigluBeta = 0)]</code></example>
    public float SwigluBeta { get; set; }

    /// <summary>
    /// Limit of <see cref="MoeGen.Activation.SwigluOai"/> and <see cref="MoeGen.Activation.SwigluStep"/>: values are clamped to
    /// between -limit and limit; finite and positive, no unit. Default: 7.
    /// </summary>
    /// <remarks>An error with other activations. Weights may bring a value of each expert instead.</remarks>
    /// <example><code>[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.SwigluStep, SwigluLimit = 2.5f)]</code></example>
    public float SwigluLimit { get; set; }

    /// <summary>E, experts of this layer, 1 to 1024, as a constant of the kernels. Default: given at run time.</summary>
    /// <remarks>Weights of another number of experts are then refused when the layer is constructed.</remarks>
    /// <example><code>[MoeConfig(Dtype = Dtype.BF16, NumExperts = 128)]</code></example>
    public int NumExperts { get; set; }

    /// <summary>K, experts per token, 1 to 32, as a constant of the kernels. Default: given at run time.</summary>
    /// <remarks>
    /// Shared experts count, as they are experts of every token (<see cref="RouterOptions.NumSharedExperts"/>). At most
    /// <see cref="NumExperts"/> where the layer routes; with <see cref="RoutingMethod.SparseMixer"/> 2. Calls with another number are then refused.
    /// </remarks>
    /// <example><code>[MoeConfig(Dtype = Dtype.BF16, TopK = 8)]</code></example>
    public int TopK { get; set; }

    /// <summary>H, elements of a token, a multiple of 8 up to 2^29, as a constant of the kernels. Default: given at run time.</summary>
    /// <remarks>Weights of another size are then refused when the layer is constructed.</remarks>
    /// <example><code>[MoeConfig(Dtype = Dtype.BF16, HiddenSize = 2880)]</code></example>
    public int HiddenSize { get; set; }

    /// <summary>
    /// I, elements between the two GEMMs after the activation, a multiple of 8 up to 2^29, as a constant of the kernels. Default:
    /// given at run time.
    /// </summary>
    /// <remarks>Weights of another size are then refused when the layer is constructed.</remarks>
    /// <example><code>[MoeConfig(Dtype = Dtype.BF16, IntermediateSize = 1408)]</code></example>
    public int IntermediateSize { get; set; }

    /// <summary>Who multiplies. Default: <see cref="MoeGen.Gemm.TensorCore"/>, the generated kernels.</summary>
    /// <remarks>
    /// <see cref="MoeGen.Gemm.Custom"/> needs a partial method <c>Gemm1</c> or <c>Gemm2</c> in the class. It has no effect, and is an
    /// error, with <see cref="MoeGen.Dtype.FP32"/>. With <see cref="MoeGen.Dtype.INT8"/> the generated kernels alone multiply.
    /// </remarks>
    /// <example><code>[MoeConfig(Dtype = Dtype.BF16, Gemm = Gemm.Cublas)]</code></example>
    public Gemm Gemm { get; set; }

    /// <summary>How the experts of a token are chosen. Default: <see cref="RoutingMethod.Preselected"/>, the caller gives ids and scales.</summary>
    /// <remarks>
    /// The kernels contain the method stated and no other. The numbers of a model (groups, scaling factor, biases, shared experts) come with
    /// its <see cref="MoeRouter"/> at run time.
    /// </remarks>
    /// <example><code>[MoeConfig(Dtype = Dtype.BF16, Routing = RoutingMethod.SigmoidGroupedTopK)]</code></example>
    public RoutingMethod Routing { get; set; }
}
