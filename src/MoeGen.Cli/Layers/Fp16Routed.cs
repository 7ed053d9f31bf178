namespace MoeGen.Cli.Layers;

// One class for each router of the families that are read, in FP16.
[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopK)]
internal sealed partial class Fp16SwigluSoftmaxTopK;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
internal sealed partial class Fp16SwigluSoftmaxTopKRenormalized;
