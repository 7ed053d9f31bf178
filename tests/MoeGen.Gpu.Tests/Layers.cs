namespace MoeGen.Gpu.Tests;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "128x128")]
public partial class Bf16SwigluPinned;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu)]
public partial class Bf16SwigluLadder;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Tile = "64x256x32")]
public partial class Fp16SwigluWide;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Silu)]
public partial class Fp16SiluLadder;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Gelu, Tile = "256x64", Routing = RoutingMethod.SoftmaxTopK)]
public partial class Bf16GeluRouted;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Relu, Tile = "16x64", Stages = 2, Routing = RoutingMethod.SoftmaxTopKRenormalized)]
public partial class Fp16ReluRouted;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "32x64x128", Routing = RoutingMethod.SoftmaxTopKRenormalized)]
public partial class Bf16SwigluRouted;

[MoeConfig(Dtype = Dtype.FP32, Activation = Activation.Swiglu)]
public partial class Fp32Swiglu;
