namespace MoeGen.Cli.Layers;

// Weights in 8 bits.
[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int8PerChannel, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopK)]
internal sealed partial class W8A16Bf16SwigluSoftmaxTopK;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int8PerChannel, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
internal sealed partial class W8A16Bf16SwigluSoftmaxTopKRenormalized;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int8PerChannel, Activation = Activation.Swiglu, Routing = RoutingMethod.SigmoidGroupedTopK)]
internal sealed partial class W8A16Bf16SwigluSigmoidGroupedTopK;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int8PerChannel, Activation = Activation.SwigluOai, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class W8A16Bf16SwigluOaiTopKSoftmax;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int8PerChannel, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopK)]
internal sealed partial class W8A16Fp16SwigluSoftmaxTopK;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int8PerChannel, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
internal sealed partial class W8A16Fp16SwigluSoftmaxTopKRenormalized;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int8PerChannel, Activation = Activation.Swiglu, Routing = RoutingMethod.SigmoidGroupedTopK)]
internal sealed partial class W8A16Fp16SwigluSigmoidGroupedTopK;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int8PerChannel, Activation = Activation.SwigluOai, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class W8A16Fp16SwigluOaiTopKSoftmax;
