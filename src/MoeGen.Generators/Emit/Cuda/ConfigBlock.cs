using MoeGen.Generators.Helpers;
using MoeGen.Generators.Models;

namespace MoeGen.Generators.Emit.Cuda;

/// <summary>
/// The configuration in CUDA: named constants, and which templates stand for element type and activation. Together they take
/// the place of <c>config/config.cuh</c>, which on disk holds defaults so that each template compiles by itself.
/// </summary>
internal static class ConfigBlock
{
    /// <summary>The template that is replaced.</summary>
    public const string Path = "config/config.cuh";

    /// <summary>The include lines.</summary>
    public static string Includes(MoeModel model) =>
        $"""
        #include "../{ElementTemplate(model.Dtype)}"
        #include "../{ActivationTemplate(model.Activation)}"
        """ + (CodesTemplate(model.Weights) is { } codes ? $"\n#include \"../{codes}\"" : "") + (model.Routing == RoutingMethod.Preselected ? "" : $"\n#include \"../{RoutingTemplate(model.Routing)}\"");

    /// <summary>The template with the element type's arithmetic.</summary>
    public static string ElementTemplate(Dtype dtype) => dtype switch
    {
        Dtype.BF16 => "primitives/bf16.cuh",
        Dtype.FP16 => "primitives/fp16.cuh",
        _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "No GPU kernels for this element type."),
    };

    /// <summary>The template with the arithmetic of codes; null where weights are elements.</summary>
    public static string? CodesTemplate(WeightCoding weights) => weights switch
    {
        { QuantizesActivations: true } => "primitives/int8.cuh",
        { Format: WeightFormat.Int8PerChannel } => "codes/int8.cuh",
        { Format: WeightFormat.Int4Group } => "codes/int4.cuh",
        { Format: WeightFormat.Mxfp4 } => "codes/mxfp4.cuh",
        _ => null,
    };

    /// <summary>The template with the activation.</summary>
    public static string ActivationTemplate(Activation activation) => activation switch
    {
        Activation.Swiglu => "activation/swiglu.cuh",
        Activation.Silu => "activation/silu.cuh",
        Activation.Gelu => "activation/gelu.cuh",
        Activation.Relu => "activation/relu.cuh",
        Activation.Geglu => "activation/geglu.cuh",
        Activation.GegluTanh => "activation/geglu_tanh.cuh",
        Activation.SwigluOai => "activation/swiglu_oai.cuh",
        Activation.SwigluStep => "activation/swiglu_step.cuh",
        Activation.GeluTanh => "activation/gelu_tanh.cuh",
        Activation.Relu2 => "activation/relu2.cuh",
        Activation.Identity => "activation/identity.cuh",
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "No template for this activation."),
    };

    /// <summary>The template with the routing method.</summary>
    public static string RoutingTemplate(RoutingMethod routing) => routing switch
    {
        RoutingMethod.SoftmaxTopK => "routing/methods/softmax_top_k.cuh",
        RoutingMethod.SoftmaxTopKRenormalized or RoutingMethod.TopKSoftmax => "routing/methods/chosen_softmax.cuh",
        RoutingMethod.SigmoidTopK => "routing/methods/sigmoid_top_k.cuh",
        RoutingMethod.SigmoidGroupedTopK => "routing/methods/sigmoid_grouped_top_k.cuh",
        RoutingMethod.SoftmaxGroupedTopK => "routing/methods/softmax_grouped_top_k.cuh",
        RoutingMethod.SqrtSoftplusTopK => "routing/methods/sqrt_softplus_top_k.cuh",
        RoutingMethod.TopKSigmoidInput => "routing/methods/top_k_sigmoid_input.cuh",
        RoutingMethod.SparseMixer => "routing/methods/sparse_mixer.cuh",
        _ => throw new ArgumentOutOfRangeException(nameof(routing), routing, "No template for this routing method."),
    };

    /// <summary>The constants.</summary>
    public static string Constants(MoeModel model)
    {
        CodeWriter writer = new();
        foreach (GemmPlan plan in model.Variants)
        {
            writer.Write().Write(
                $$"""
                struct {{StructName(plan)}} {
                    static constexpr int kTileM = {{plan.TileM}};  // rows (expanded tokens) a block
                    static constexpr int kTileN = {{plan.TileN}};  // accumulator columns a block
                    static constexpr int kTileK = {{plan.TileK}};  // elements of depth a stage
                    static constexpr int kStages = {{plan.Stages}};  // software-pipeline depth
                    static constexpr int kWarpsM = {{plan.WarpsM}};  // warps along M
                    static constexpr int kWarpsN = {{plan.WarpsN}};  // warps along N
                    static constexpr int kThreads = {{plan.Threads}};  // threads a block
                    static constexpr int kSharedMemoryBytes = {{plan.SharedMemoryBytes}};  // dynamic shared memory a block, bytes
                    static constexpr int kMinBlocksPerSm = {{plan.MinBlocksPerSm}};  // blocks a multiprocessor asked of the register allocator
                };
                """);
        }

        writer.Write().Write(
            $"""
            constexpr int kHiddenSize = {model.Shape.HiddenSize};  // {Size("H", model.Shape.HiddenSize)}
            constexpr int kIntermediateSize = {model.Shape.IntermediateSize};  // {Size("I", model.Shape.IntermediateSize)}
            constexpr int kTopK = {model.Shape.TopK};  // {Size("K", model.Shape.TopK)}
            constexpr int kNumExperts = {model.Shape.NumExperts};  // {Size("E", model.Shape.NumExperts)}
            """);
        if (model.Weights.GroupSize > 0)
        {
            writer.Write($"constexpr int kGroupSize = {model.Weights.GroupSize};  // elements along a weight row that share a scale");
        }

        if (model.Activation.HasAlphaAndBeta())
        {
            writer.Write().Write(
                $"""
                constexpr float kSwigluAlpha = {FloatLiteral.Of(model.Swiglu.Alpha)};  // factor inside the sigmoid
                constexpr float kSwigluBeta = {FloatLiteral.Of(model.Swiglu.Beta)};  // added to the clamped up value
                constexpr float kSwigluLimit = {FloatLiteral.Of(model.Swiglu.Limit)};  // bound of gate and up
                """);
        }
        else if (model.Activation.HasLimit())
        {
            writer.Write().Write($"constexpr float kSwigluLimit = {FloatLiteral.Of(model.Swiglu.Limit)};  // bound of the activated gate and of up");
        }

        return writer.ToString();
    }

    private static string Size(string name, int value) => value == 0 ? $"{name}; 0: given at run time" : name;

    /// <summary>Name of a variant's constants.</summary>
    public static string StructName(GemmPlan plan) => $"Tile{plan.TypeName}";
}
