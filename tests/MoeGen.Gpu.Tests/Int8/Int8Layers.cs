namespace MoeGen.Gpu.Tests;

[MoeConfig(Dtype = Dtype.INT8)]
public partial class Int8SwigluLadder;

[MoeConfig(Dtype = Dtype.INT8, OutputDtype = Dtype.FP16, Activation = Activation.Silu, Tile = "64x128")]
public partial class Int8Fp16SiluPinned;

[MoeConfig(Dtype = Dtype.INT8, OutputDtype = Dtype.FP16, Activation = Activation.Identity)]
public partial class Int8Fp16Identity;

[MoeConfig(Dtype = Dtype.INT8, OutputDtype = Dtype.FP16, Routing = RoutingMethod.TopKSigmoidInput)]
public partial class Int8Fp16Routed;

[MoeConfig(Dtype = Dtype.INT8, OutputDtype = Dtype.FP16)]
public partial class Int8Fp16Swiglu;
