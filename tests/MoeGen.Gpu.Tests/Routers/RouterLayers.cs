namespace MoeGen.Gpu.Tests;

[MoeConfig(Dtype = Dtype.BF16, Tile = "16x64", Routing = RoutingMethod.SoftmaxTopK)]
public partial class SoftmaxLayer;

[MoeConfig(Dtype = Dtype.BF16, Tile = "16x64", Routing = RoutingMethod.SoftmaxTopKRenormalized)]
public partial class RenormalizedLayer;

[MoeConfig(Dtype = Dtype.FP16, Tile = "16x64", Routing = RoutingMethod.TopKSoftmax)]
public partial class ChosenSoftmaxLayer;

[MoeConfig(Dtype = Dtype.BF16, Tile = "16x64", Routing = RoutingMethod.SigmoidTopK)]
public partial class SigmoidLayer;

/// <summary>With decode kernels.</summary>
[MoeConfig(Dtype = Dtype.BF16, Routing = RoutingMethod.SigmoidGroupedTopK)]
public partial class GroupedSigmoidLayer;

[MoeConfig(Dtype = Dtype.FP16, Tile = "16x64", Routing = RoutingMethod.SoftmaxGroupedTopK)]
public partial class GroupedSoftmaxLayer;

[MoeConfig(Dtype = Dtype.BF16, Tile = "16x64", Routing = RoutingMethod.SqrtSoftplusTopK)]
public partial class SqrtSoftplusLayer;

/// <summary>With decode kernels.</summary>
[MoeConfig(Dtype = Dtype.BF16, Routing = RoutingMethod.TopKSigmoidInput)]
public partial class InputScaledLayer;

/// <summary>With biases and rows of fc1 that alternate, in a tile of its own.</summary>
[MoeConfig(Dtype = Dtype.FP16, Tile = "32x128", Activation = Activation.SwigluOai, Routing = RoutingMethod.TopKSigmoidInput)]
public partial class InputScaledOaiLayer;

[MoeConfig(Dtype = Dtype.BF16, Tile = "16x64", Routing = RoutingMethod.SparseMixer)]
public partial class SparseMixerLayer;

[MoeConfig(Dtype = Dtype.BF16, Tile = "32x128", Activation = Activation.SwigluOai, Routing = RoutingMethod.TopKSoftmax)]
public partial class GptOssLayer;

[MoeConfig(Dtype = Dtype.BF16, Gemm = Gemm.Cublas, Routing = RoutingMethod.TopKSigmoidInput)]
public partial class InputScaledCublasLayer;
