namespace MoeGen.Cli.Layers;

// One class for each activation and router of the families that are read, in FP16.
[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopK)]
internal sealed partial class Fp16SwigluSoftmaxTopK;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
internal sealed partial class Fp16SwigluSoftmaxTopKRenormalized;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class Fp16SwigluTopKSoftmax;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Routing = RoutingMethod.SigmoidTopK)]
internal sealed partial class Fp16SwigluSigmoidTopK;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Routing = RoutingMethod.SigmoidGroupedTopK)]
internal sealed partial class Fp16SwigluSigmoidGroupedTopK;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxGroupedTopK)]
internal sealed partial class Fp16SwigluSoftmaxGroupedTopK;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Routing = RoutingMethod.TopKSigmoidInput)]
internal sealed partial class Fp16SwigluTopKSigmoidInput;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Routing = RoutingMethod.SparseMixer)]
internal sealed partial class Fp16SwigluSparseMixer;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.SwigluOai, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class Fp16SwigluOaiTopKSoftmax;
