namespace MoeGen.Cli.Layers;

// One class for each activation and router of the families that are read, in BF16.
[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopK)]
internal sealed partial class Bf16SwigluSoftmaxTopK;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
internal sealed partial class Bf16SwigluSoftmaxTopKRenormalized;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class Bf16SwigluTopKSoftmax;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Routing = RoutingMethod.SigmoidTopK)]
internal sealed partial class Bf16SwigluSigmoidTopK;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Routing = RoutingMethod.SigmoidGroupedTopK)]
internal sealed partial class Bf16SwigluSigmoidGroupedTopK;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxGroupedTopK)]
internal sealed partial class Bf16SwigluSoftmaxGroupedTopK;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Routing = RoutingMethod.TopKSigmoidInput)]
internal sealed partial class Bf16SwigluTopKSigmoidInput;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Routing = RoutingMethod.SparseMixer)]
internal sealed partial class Bf16SwigluSparseMixer;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.SwigluOai, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class Bf16SwigluOaiTopKSoftmax;
