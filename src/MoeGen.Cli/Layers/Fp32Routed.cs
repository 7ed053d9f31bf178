namespace MoeGen.Cli.Layers;

// One class for each activation and router of the families that are read, in FP32.
[MoeConfig(Dtype = Dtype.FP32, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopK)]
internal sealed partial class Fp32SwigluSoftmaxTopK;

[MoeConfig(Dtype = Dtype.FP32, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
internal sealed partial class Fp32SwigluSoftmaxTopKRenormalized;

[MoeConfig(Dtype = Dtype.FP32, Activation = Activation.Swiglu, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class Fp32SwigluTopKSoftmax;

[MoeConfig(Dtype = Dtype.FP32, Activation = Activation.Swiglu, Routing = RoutingMethod.SigmoidTopK)]
internal sealed partial class Fp32SwigluSigmoidTopK;

[MoeConfig(Dtype = Dtype.FP32, Activation = Activation.Swiglu, Routing = RoutingMethod.SigmoidGroupedTopK)]
internal sealed partial class Fp32SwigluSigmoidGroupedTopK;

[MoeConfig(Dtype = Dtype.FP32, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxGroupedTopK)]
internal sealed partial class Fp32SwigluSoftmaxGroupedTopK;

[MoeConfig(Dtype = Dtype.FP32, Activation = Activation.Swiglu, Routing = RoutingMethod.TopKSigmoidInput)]
internal sealed partial class Fp32SwigluTopKSigmoidInput;

[MoeConfig(Dtype = Dtype.FP32, Activation = Activation.Swiglu, Routing = RoutingMethod.SparseMixer)]
internal sealed partial class Fp32SwigluSparseMixer;

[MoeConfig(Dtype = Dtype.FP32, Activation = Activation.SwigluOai, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class Fp32SwigluOaiTopKSoftmax;
