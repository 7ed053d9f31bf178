namespace MoeGen.Cli.Layers;

// Weights in 4 bits, groups of 128.
[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 128, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopK)]
internal sealed partial class W4A16Group128Bf16SwigluSoftmaxTopK;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 128, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
internal sealed partial class W4A16Group128Bf16SwigluSoftmaxTopKRenormalized;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 128, Activation = Activation.Swiglu, Routing = RoutingMethod.SigmoidGroupedTopK)]
internal sealed partial class W4A16Group128Bf16SwigluSigmoidGroupedTopK;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 128, Activation = Activation.SwigluOai, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class W4A16Group128Bf16SwigluOaiTopKSoftmax;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 128, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopK)]
internal sealed partial class W4A16Group128Fp16SwigluSoftmaxTopK;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 128, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
internal sealed partial class W4A16Group128Fp16SwigluSoftmaxTopKRenormalized;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 128, Activation = Activation.Swiglu, Routing = RoutingMethod.SigmoidGroupedTopK)]
internal sealed partial class W4A16Group128Fp16SwigluSigmoidGroupedTopK;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 128, Activation = Activation.SwigluOai, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class W4A16Group128Fp16SwigluOaiTopKSoftmax;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 128, ZeroPoints = true, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopK)]
internal sealed partial class W4A16Group128ZeroPointsBf16SwigluSoftmaxTopK;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 128, ZeroPoints = true, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
internal sealed partial class W4A16Group128ZeroPointsBf16SwigluSoftmaxTopKRenormalized;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 128, ZeroPoints = true, Activation = Activation.Swiglu, Routing = RoutingMethod.SigmoidGroupedTopK)]
internal sealed partial class W4A16Group128ZeroPointsBf16SwigluSigmoidGroupedTopK;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 128, ZeroPoints = true, Activation = Activation.SwigluOai, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class W4A16Group128ZeroPointsBf16SwigluOaiTopKSoftmax;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 128, ZeroPoints = true, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopK)]
internal sealed partial class W4A16Group128ZeroPointsFp16SwigluSoftmaxTopK;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 128, ZeroPoints = true, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
internal sealed partial class W4A16Group128ZeroPointsFp16SwigluSoftmaxTopKRenormalized;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 128, ZeroPoints = true, Activation = Activation.Swiglu, Routing = RoutingMethod.SigmoidGroupedTopK)]
internal sealed partial class W4A16Group128ZeroPointsFp16SwigluSigmoidGroupedTopK;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 128, ZeroPoints = true, Activation = Activation.SwigluOai, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class W4A16Group128ZeroPointsFp16SwigluOaiTopKSoftmax;
