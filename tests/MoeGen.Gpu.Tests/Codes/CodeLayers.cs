namespace MoeGen.Gpu.Tests;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int8PerChannel)]
public partial class Bf16Int8Weights;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Silu, Weights = WeightFormat.Int8PerChannel, Tile = "128x128")]
public partial class Fp16SiluInt8Weights;

[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 32)]
public partial class Bf16Int4Weights;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Int4Group, GroupSize = 64, ZeroPoints = true)]
public partial class Fp16Int4Weights;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Relu2, Weights = WeightFormat.Int4Group, Tile = "64x64x32")]
public partial class Bf16Relu2Int4Weights;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.SwigluOai, Weights = WeightFormat.Mxfp4)]
public partial class Bf16OaiMxfp4Weights;

[MoeConfig(Dtype = Dtype.FP16, Weights = WeightFormat.Mxfp4)]
public partial class Fp16Mxfp4Weights;
