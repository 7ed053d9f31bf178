namespace MoeGen.Cli.Layers;

// One class for each router of the families that are read, in BF16.
[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopK)]
internal sealed partial class Bf16SwigluSoftmaxTopK;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
internal sealed partial class Bf16SwigluSoftmaxTopKRenormalized;
