namespace MoeGen.Cli.Layers;

/// <summary>The classes that this tool is generated with, by element type, activation and routing.</summary>
internal static class LayerCatalog
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<LayerKind> All { get; } =
    [
        new LayerKind<Bf16SwigluSoftmaxTopK, BFloat16>(),
        new LayerKind<Bf16SwigluSoftmaxTopKRenormalized, BFloat16>(),
        new LayerKind<Bf16SwigluTopKSoftmax, BFloat16>(),
        new LayerKind<Bf16SwigluSigmoidTopK, BFloat16>(),
        new LayerKind<Bf16SwigluSigmoidGroupedTopK, BFloat16>(),
        new LayerKind<Bf16SwigluSoftmaxGroupedTopK, BFloat16>(),
        new LayerKind<Bf16SwigluTopKSigmoidInput, BFloat16>(),
        new LayerKind<Bf16SwigluSparseMixer, BFloat16>(),
        new LayerKind<Bf16SwigluOaiTopKSoftmax, BFloat16>(),
        new LayerKind<Bf16Swiglu, BFloat16>(),
        new LayerKind<Bf16Silu, BFloat16>(),
        new LayerKind<Bf16Gelu, BFloat16>(),
        new LayerKind<Bf16Relu, BFloat16>(),
        new LayerKind<Bf16Geglu, BFloat16>(),
        new LayerKind<Bf16GegluTanh, BFloat16>(),
        new LayerKind<Bf16SwigluOai, BFloat16>(),
        new LayerKind<Bf16SwigluStep, BFloat16>(),
        new LayerKind<Bf16GeluTanh, BFloat16>(),
        new LayerKind<Bf16Relu2, BFloat16>(),
        new LayerKind<Bf16Identity, BFloat16>(),
        new LayerKind<Fp16SwigluSoftmaxTopK, Half>(),
        new LayerKind<Fp16SwigluSoftmaxTopKRenormalized, Half>(),
        new LayerKind<Fp16SwigluTopKSoftmax, Half>(),
        new LayerKind<Fp16SwigluSigmoidTopK, Half>(),
        new LayerKind<Fp16SwigluSigmoidGroupedTopK, Half>(),
        new LayerKind<Fp16SwigluSoftmaxGroupedTopK, Half>(),
        new LayerKind<Fp16SwigluTopKSigmoidInput, Half>(),
        new LayerKind<Fp16SwigluSparseMixer, Half>(),
        new LayerKind<Fp16SwigluOaiTopKSoftmax, Half>(),
        new LayerKind<Fp16Swiglu, Half>(),
        new LayerKind<Fp16Silu, Half>(),
        new LayerKind<Fp16Gelu, Half>(),
        new LayerKind<Fp16Relu, Half>(),
        new LayerKind<Fp16Geglu, Half>(),
        new LayerKind<Fp16GegluTanh, Half>(),
        new LayerKind<Fp16SwigluOai, Half>(),
        new LayerKind<Fp16SwigluStep, Half>(),
        new LayerKind<Fp16GeluTanh, Half>(),
        new LayerKind<Fp16Relu2, Half>(),
        new LayerKind<Fp16Identity, Half>(),
        new LayerKind<Fp32SwigluSoftmaxTopK, float>(),
        new LayerKind<Fp32SwigluSoftmaxTopKRenormalized, float>(),
        new LayerKind<Fp32SwigluTopKSoftmax, float>(),
        new LayerKind<Fp32SwigluSigmoidTopK, float>(),
        new LayerKind<Fp32SwigluSigmoidGroupedTopK, float>(),
        new LayerKind<Fp32SwigluSoftmaxGroupedTopK, float>(),
        new LayerKind<Fp32SwigluTopKSigmoidInput, float>(),
        new LayerKind<Fp32SwigluSparseMixer, float>(),
        new LayerKind<Fp32SwigluOaiTopKSoftmax, float>(),
    ];

    /// <summary>The one that fits.</summary>
    /// <exception cref="BadInputException">There is none.</exception>
    public static LayerKind Find(Dtype dtype, Activation activation, RoutingMethod routing) =>
        All.FirstOrDefault(kind => (kind.Descriptor.Dtype, kind.Descriptor.Activation, kind.Descriptor.Routing) == (dtype, activation, routing))
        ?? throw new BadInputException(
            $"This tool has no layer of {dtype} with {activation} and {routing}; it has {string.Join(", ", All.Select(kind => $"{kind.Descriptor.Dtype} {kind.Descriptor.Activation} {kind.Descriptor.Routing}"))}.");
}
