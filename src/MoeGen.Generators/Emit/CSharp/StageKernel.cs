using MoeGen.Generators.Models;
using MoeGen.Generators.Planning;

namespace MoeGen.Generators.Emit.CSharp;

/// <summary>A kernel whose entry point is in its template, the same for every variant.</summary>
/// <param name="Method">Method of the launchers.</param>
/// <param name="Kernel">Entry point.</param>
/// <param name="Threads">Threads a block: the constant of the template's launch bounds.</param>
/// <param name="Arguments">Type of its arguments.</param>
/// <param name="Grid">Blocks, as a C# expression of <c>arguments</c>.</param>
/// <param name="Summary">Documentation.</param>
/// <param name="Parameter">A further parameter of the method, with a comma before the next one; empty for none.</param>
internal sealed record StageKernel(
    string Method, string Kernel, int Threads, string Arguments, string Grid, string Summary, string Parameter = "")
{
    // Of decode/stream_codes.cuh: a ring of kStreamBytes for each of eight warps.
    private const int RingBytes = 8 * 8704;

    // Four stages of 64 elements of depth, of 32 rows in fp32 and 64 tokens.
    private const int RouterLogitBytes = 4 * 64 * ((32 * 4) + (64 * 2));

    /// <summary>Field of the launchers.</summary>
    public string Field => "_" + char.ToLowerInvariant(Method[0]) + Method.Substring(1);

    /// <summary>Dynamic shared memory a block, in bytes.</summary>
    public int SharedMemoryBytes { get; init; }

    /// <summary>Whether some GPUs have too little shared memory for it.</summary>
    public bool IsOptional => SharedMemoryBytes > GpuLimits.PortableSharedMemoryBytes;

    /// <summary>The part of the text that holds it, where the text has parts.</summary>
    public string Part { get; init; } = TextParts.Stages;

    /// <summary>The kernels that a layer has beside its GEMMs.</summary>
    public static IReadOnlyList<StageKernel> Of(MoeModel model) =>
    [
        .. model.Routing == RoutingMethod.Preselected ? (StageKernel[])[] : Routing(model),
        .. Route,
        .. model.Weights.QuantizesActivations ? Quantize(model) : [],
        .. model.Gemm == Gemm.TensorCore ? [] : AroundForeignGemm(model),
        Finalize(model),
        .. model.DividesDepth ? (StageKernel[])[FinalizeSplits(model)] : [],
        .. model.Decodes ? Decode(model).Select(kernel => kernel with { Part = TextParts.Decode }) : [],
    ];

    private static StageKernel[] Routing(MoeModel model) =>
    [
        new(
            "RouterLogits", "moe_router_logits", 128, $"{Names.MoeGen}.RouterLogitsArguments<{Names.Element(model.Dtype)}>",
            "((long)arguments.NumRows + 31) / 32 * (((long)arguments.NumTokens + 63) / 64) * arguments.Parts", "The router's linear layer: 32 experts by 64 tokens a block, or a part of their depth.")
        {
            SharedMemoryBytes = RouterLogitBytes,
        },
        new(
            "SelectExperts", "moe_select_experts", 256, $"{Names.MoeGen}.SelectExpertsArguments",
            "((long)arguments.NumTokens + 7) / 8", "Expert ids and scales from router logits: one warp a token, 8 tokens a block."),
        new("SelectAndRoute", "moe_select_and_route", 1024, $"{Names.MoeGen}.SelectAndRouteArguments", "((long)arguments.Select.NumTokens + 3) / 4", "Expert ids and scales from router logits, four tokens a block, and the counting sort in the last one."),
    ];

    private static readonly StageKernel[] Route =
    [
        new("RouteSmall", "moe_route_small", 1024, $"{Names.MoeGen}.RouteArguments", "1", "Counting sort of the slots by expert in one block."),
        new("RouteCount", "moe_route_count", 1024, $"{Names.MoeGen}.RouteArguments", "arguments.NumChunks", "Counting sort, first pass: one block a chunk."),
        new("RouteScan", "moe_route_scan", 1024, $"{Names.MoeGen}.RouteArguments", "1", "Counting sort, second pass: one block."),
        new("RoutePlace", "moe_route_place", 1024, $"{Names.MoeGen}.RouteArguments", "arguments.NumChunks", "Counting sort, third pass: one block a chunk."),
    ];

    private static StageKernel[] Quantize(MoeModel model) =>
    [
        new(
            "QuantizeInput", "moe_quantize_input", 256, $"{Names.MoeGen}.QuantizeArguments<{Names.Element(model.Dtype)}>",
            "arguments.Blocks", "Tokens as 8-bit codes: one block a token, or eight of many short ones."),
        new(
            "RouteAndQuantize", "moe_route_and_quantize", 1024, $"{Names.MoeGen}.RouteAndQuantizeArguments<{Names.Element(model.Dtype)}>",
            "1 + (((long)arguments.Quantize.NumTokens + 3) / 4)", "Counting sort in the first block, tokens as 8-bit codes in the others, four a block."),
        new(
            "QuantizeActivated", "moe_quantize_activated", 256, $"{Names.MoeGen}.QuantizeArguments<{Names.Element(model.Dtype)}>",
            "arguments.Blocks", "Activated rows as 8-bit codes: one block a row, or eight of many short ones."),
    ];

    private static StageKernel[] AroundForeignGemm(MoeModel model) =>
    [
        new(
            "Permute", "moe_permute", 256, $"{Names.MoeGen}.PermuteArguments<{Names.Element(model.Dtype)}>",
            "rows", "Input rows in sorted order: one block a row.", "int rows, "),
        new(
            "ApplyActivation", "moe_apply_activation", 256, $"{Names.MoeGen}.ApplyArguments<{Names.Element(model.Dtype)}>",
            "rows", "Bias and activation after a GEMM1 of the class's own: one block a row.", "int rows, "),
    ];

    private static StageKernel[] Decode(MoeModel model) => model.Weights.QuantizesActivations ?
    [
        new(
            "DecodeGemm1", "moe_decode_gemm1", 256, $"{Names.MoeGen}.DecodeGemm1Arguments<{Names.Element(model.Dtype)}>",
            "global::System.Math.Min(_decodeGemm1.ResidentBlocks, (((long)arguments.NumSlots * arguments.IntermediateSize) + 7) / 8)",
            "Routing, gathered rows x fc1 and the activation for few slots: a portion a block."),
        new(
            "DecodeGemm2", "moe_decode_gemm2", 256, $"{Names.MoeGen}.DecodeGemm2Arguments<{Names.Element(model.Dtype)}>",
            DecodeBlocks("_decodeGemm2", model), "Activated rows x fc2 and the reduction over K for few slots: a portion a block."),
    ]
    :
    [
        new(
            "Decode", "moe_decode", 256, $"{Names.MoeGen}.DecodeArguments<{Names.Element(model.Dtype)}>",
            DecodeBlocks("_decode", model), "Routing, both GEMMs with the activation and the reduction over K for few slots: a portion of each GEMM a block.")
        {
            SharedMemoryBytes = model.Weights.IsQuantized ? RingBytes : 0,
        },
    ];

    // No more than the tiles of 16 columns have rounds, so that none has nothing to do.
    private static string DecodeBlocks(string kernel, MoeModel model) =>
        $"global::System.Math.Min(global::System.Math.Min({kernel}.ResidentBlocks, arguments.MaxBlocks), "
        + $"((long)arguments.HiddenSize + 15) / 16 * ((arguments.IntermediateSize + {StreamDepth(model) - 1}) / {StreamDepth(model)}))";

    // kStreamDepth of decode/stream_rows.cuh and decode/stream_codes.cuh.
    private static int StreamDepth(MoeModel model) => model.Weights switch
    {
        { QuantizesActivations: true } => 384,
        { Format: WeightFormat.Int8PerChannel } => 256,
        { IsQuantized: true } => 512,
        _ => 192,
    };

    private static StageKernel Finalize(MoeModel model) => new(
        "Finalize", "moe_finalize", 256, $"{Names.MoeGen}.FinalizeArguments<{Names.Element(model.Dtype)}>",
        "(((long)arguments.NumTokens * ((arguments.HiddenSize + 255) / 256)) + 7) / 8", "The reduction over the K experts of a token: 256 columns a warp.");

    private static StageKernel FinalizeSplits(MoeModel model) => new(
        "FinalizeSplits", "moe_finalize_splits", 256, $"{Names.MoeGen}.FinalizeSplitsArguments<{Names.Element(model.Dtype)}>",
        "(((long)arguments.Finalize.NumTokens * ((arguments.Finalize.HiddenSize + 127) / 128)) + 7) / 8", "The same where GEMM2's depth was divided: 128 columns a warp.");
}
