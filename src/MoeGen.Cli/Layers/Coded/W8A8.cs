namespace MoeGen.Cli.Layers;

// Weights and activations in 8 bits, with the routers and activations of the recorded families.
[MoeConfig(Dtype = Dtype.INT8, OutputDtype = Dtype.BF16, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopK)]
internal sealed partial class W8A8Bf16SwigluSoftmaxTopK;

[MoeConfig(Dtype = Dtype.INT8, OutputDtype = Dtype.BF16, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
internal sealed partial class W8A8Bf16SwigluSoftmaxTopKRenormalized;

[MoeConfig(Dtype = Dtype.INT8, OutputDtype = Dtype.BF16, Activation = Activation.Swiglu, Routing = RoutingMethod.SigmoidGroupedTopK)]
internal sealed partial class W8A8Bf16SwigluSigmoidGroupedTopK;

[MoeConfig(Dtype = Dtype.INT8, OutputDtype = Dtype.BF16, Activation = Activation.SwigluOai, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class W8A8Bf16SwigluOaiTopKSoftmax;

[MoeConfig(Dtype = Dtype.INT8, OutputDtype = Dtype.FP16, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopK)]
internal sealed partial class W8A8Fp16SwigluSoftmaxTopK;

[MoeConfig(Dtype = Dtype.INT8, OutputDtype = Dtype.FP16, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
internal sealed partial class W8A8Fp16SwigluSoftmaxTopKRenormalized;

[MoeConfig(Dtype = Dtype.INT8, OutputDtype = Dtype.FP16, Activation = Activation.Swiglu, Routing = RoutingMethod.SigmoidGroupedTopK)]
internal sealed partial class W8A8Fp16SwigluSigmoidGroupedTopK;

[MoeConfig(Dtype = Dtype.INT8, OutputDtype = Dtype.FP16, Activation = Activation.SwigluOai, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class W8A8Fp16SwigluOaiTopKSoftmax;
