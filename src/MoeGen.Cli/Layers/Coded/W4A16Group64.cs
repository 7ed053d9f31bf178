namespace MoeGen.Cli.Layers;

// Weights in 4 bits, groups of 64.
[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 64, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopK)]
internal sealed partial class W4A16Group64Bf16SwigluSoftmaxTopK;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 64, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
internal sealed partial class W4A16Group64Bf16SwigluSoftmaxTopKRenormalized;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 64, Activation = Activation.Swiglu, Routing = RoutingMethod.SigmoidGroupedTopK)]
internal sealed partial class W4A16Group64Bf16SwigluSigmoidGroupedTopK;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 64, Activation = Activation.SwigluOai, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class W4A16Group64Bf16SwigluOaiTopKSoftmax;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 64, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopK)]
internal sealed partial class W4A16Group64Fp16SwigluSoftmaxTopK;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 64, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
internal sealed partial class W4A16Group64Fp16SwigluSoftmaxTopKRenormalized;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 64, Activation = Activation.Swiglu, Routing = RoutingMethod.SigmoidGroupedTopK)]
internal sealed partial class W4A16Group64Fp16SwigluSigmoidGroupedTopK;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 64, Activation = Activation.SwigluOai, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class W4A16Group64Fp16SwigluOaiTopKSoftmax;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 64, ZeroPoints = true, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopK)]
internal sealed partial class W4A16Group64ZeroPointsBf16SwigluSoftmaxTopK;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 64, ZeroPoints = true, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
internal sealed partial class W4A16Group64ZeroPointsBf16SwigluSoftmaxTopKRenormalized;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 64, ZeroPoints = true, Activation = Activation.Swiglu, Routing = RoutingMethod.SigmoidGroupedTopK)]
internal sealed partial class W4A16Group64ZeroPointsBf16SwigluSigmoidGroupedTopK;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 64, ZeroPoints = true, Activation = Activation.SwigluOai, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class W4A16Group64ZeroPointsBf16SwigluOaiTopKSoftmax;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 64, ZeroPoints = true, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopK)]
internal sealed partial class W4A16Group64ZeroPointsFp16SwigluSoftmaxTopK;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 64, ZeroPoints = true, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
internal sealed partial class W4A16Group64ZeroPointsFp16SwigluSoftmaxTopKRenormalized;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 64, ZeroPoints = true, Activation = Activation.Swiglu, Routing = RoutingMethod.SigmoidGroupedTopK)]
internal sealed partial class W4A16Group64ZeroPointsFp16SwigluSigmoidGroupedTopK;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 64, ZeroPoints = true, Activation = Activation.SwigluOai, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class W4A16Group64ZeroPointsFp16SwigluOaiTopKSoftmax;
