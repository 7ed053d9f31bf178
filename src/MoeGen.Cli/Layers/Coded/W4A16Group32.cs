namespace MoeGen.Cli.Layers;

// Weights in 4 bits, groups of 32.
[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 32, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopK)]
internal sealed partial class W4A16Group32Bf16SwigluSoftmaxTopK;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 32, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
internal sealed partial class W4A16Group32Bf16SwigluSoftmaxTopKRenormalized;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 32, Activation = Activation.Swiglu, Routing = RoutingMethod.SigmoidGroupedTopK)]
internal sealed partial class W4A16Group32Bf16SwigluSigmoidGroupedTopK;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 32, Activation = Activation.SwigluOai, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class W4A16Group32Bf16SwigluOaiTopKSoftmax;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 32, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopK)]
internal sealed partial class W4A16Group32Fp16SwigluSoftmaxTopK;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 32, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
internal sealed partial class W4A16Group32Fp16SwigluSoftmaxTopKRenormalized;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 32, Activation = Activation.Swiglu, Routing = RoutingMethod.SigmoidGroupedTopK)]
internal sealed partial class W4A16Group32Fp16SwigluSigmoidGroupedTopK;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 32, Activation = Activation.SwigluOai, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class W4A16Group32Fp16SwigluOaiTopKSoftmax;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 32, ZeroPoints = true, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopK)]
internal sealed partial class W4A16Group32ZeroPointsBf16SwigluSoftmaxTopK;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 32, ZeroPoints = true, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
internal sealed partial class W4A16Group32ZeroPointsBf16SwigluSoftmaxTopKRenormalized;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 32, ZeroPoints = true, Activation = Activation.Swiglu, Routing = RoutingMethod.SigmoidGroupedTopK)]
internal sealed partial class W4A16Group32ZeroPointsBf16SwigluSigmoidGroupedTopK;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 32, ZeroPoints = true, Activation = Activation.SwigluOai, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class W4A16Group32ZeroPointsBf16SwigluOaiTopKSoftmax;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 32, ZeroPoints = true, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopK)]
internal sealed partial class W4A16Group32ZeroPointsFp16SwigluSoftmaxTopK;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 32, ZeroPoints = true, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
internal sealed partial class W4A16Group32ZeroPointsFp16SwigluSoftmaxTopKRenormalized;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 32, ZeroPoints = true, Activation = Activation.Swiglu, Routing = RoutingMethod.SigmoidGroupedTopK)]
internal sealed partial class W4A16Group32ZeroPointsFp16SwigluSigmoidGroupedTopK;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 32, ZeroPoints = true, Activation = Activation.SwigluOai, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class W4A16Group32ZeroPointsFp16SwigluOaiTopKSoftmax;
