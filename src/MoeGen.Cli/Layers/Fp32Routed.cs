namespace MoeGen.Cli.Layers;

// One class for each router of the families that are read, in FP32.
[MoeConfig(Dtype = Dtype.FP32, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopK)]
internal sealed partial class Fp32SwigluSoftmaxTopK;

[MoeConfig(Dtype = Dtype.FP32, Activation = Activation.Swiglu, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
internal sealed partial class Fp32SwigluSoftmaxTopKRenormalized;
