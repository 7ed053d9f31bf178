namespace MoeGen.Cli.Layers;

// Weights in MXFP4, which gpt-oss alone is stored in.
[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Mxfp4, Activation = Activation.SwigluOai, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class Mxfp4Bf16SwigluOaiTopKSoftmax;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Mxfp4, Activation = Activation.SwigluOai, Routing = RoutingMethod.TopKSoftmax)]
internal sealed partial class Mxfp4Fp16SwigluOaiTopKSoftmax;
