namespace MoeGen.KernelEmulator.Tests;

// Every tile that the planner accepts, once; element types and activations alternate. Some run on the GPUs with most shared memory only.
#pragma warning disable MOE020

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "16x64x32")]
public partial class Tile16x64x32;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Silu, Tile = "16x64x64")]
public partial class Tile16x64x64;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Tile = "16x128x32")]
public partial class Tile16x128x32;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Gelu, Tile = "16x128x64")]
public partial class Tile16x128x64;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "16x128x128")]
public partial class Tile16x128x128;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Relu, Tile = "16x256x32")]
public partial class Tile16x256x32;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Tile = "16x256x64")]
public partial class Tile16x256x64;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Silu, Tile = "16x256x128")]
public partial class Tile16x256x128;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "32x64x32")]
public partial class Tile32x64x32;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Gelu, Tile = "32x64x64")]
public partial class Tile32x64x64;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Tile = "32x64x128")]
public partial class Tile32x64x128;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Relu, Tile = "32x128x32")]
public partial class Tile32x128x32;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "32x128x64")]
public partial class Tile32x128x64;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Silu, Tile = "32x128x128")]
public partial class Tile32x128x128;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Tile = "32x256x32")]
public partial class Tile32x256x32;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Gelu, Tile = "32x256x64")]
public partial class Tile32x256x64;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "32x256x128")]
public partial class Tile32x256x128;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Relu, Tile = "64x64x32")]
public partial class Tile64x64x32;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Tile = "64x64x64")]
public partial class Tile64x64x64;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Silu, Tile = "64x64x128")]
public partial class Tile64x64x128;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "64x128x32")]
public partial class Tile64x128x32;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Gelu, Tile = "64x128x64")]
public partial class Tile64x128x64;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Tile = "64x128x128")]
public partial class Tile64x128x128;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Relu, Tile = "64x256x32")]
public partial class Tile64x256x32;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "64x256x64")]
public partial class Tile64x256x64;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Silu, Tile = "64x256x128")]
public partial class Tile64x256x128;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Tile = "128x64x32")]
public partial class Tile128x64x32;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Gelu, Tile = "128x64x64")]
public partial class Tile128x64x64;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "128x64x128")]
public partial class Tile128x64x128;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Relu, Tile = "128x128x32")]
public partial class Tile128x128x32;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Tile = "128x128x64")]
public partial class Tile128x128x64;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Silu, Tile = "128x128x128")]
public partial class Tile128x128x128;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "128x256x32")]
public partial class Tile128x256x32;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Gelu, Tile = "128x256x64")]
public partial class Tile128x256x64;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Tile = "256x64x32")]
public partial class Tile256x64x32;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Relu, Tile = "256x64x64")]
public partial class Tile256x64x64;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "256x64x128")]
public partial class Tile256x64x128;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Silu, Tile = "256x128x32")]
public partial class Tile256x128x32;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Tile = "256x128x64")]
public partial class Tile256x128x64;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Swiglu, Tile = "80x64x64")]
public partial class Tile80x64x64;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Silu, Tile = "80x128x32")]
public partial class Tile80x128x32;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Geglu, Tile = "80x128x128")]
public partial class Tile80x128x128;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "80x256x64")]
public partial class Tile80x256x64;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "160x64x32")]
public partial class Tile160x64x32;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Relu, Tile = "160x128x128")]
public partial class Tile160x128x128;
