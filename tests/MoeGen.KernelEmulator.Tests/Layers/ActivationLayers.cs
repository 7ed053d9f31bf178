namespace MoeGen.KernelEmulator.Tests;

// The activations beside Swiglu, Silu, Gelu and Relu, which the tiles have; the shapes of layers that name theirs.
[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Geglu, Tile = "32x256")]
public partial class GegluLayer;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.GegluTanh, Tile = "128x256")]
public partial class GegluTanhLayer;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.SwigluOai, SwigluAlpha = 1.1f, SwigluBeta = 0, Tile = "64x64", Stages = 3)]
public partial class SwigluOaiLayer;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.SwigluStep, SwigluLimit = 1.5f, Tile = "64x128")]
public partial class SwigluStepLayer;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.GeluTanh, Tile = "256x64", NumExperts = 5)]
public partial class GeluTanhLayer;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Relu2, Tile = "128x64x128", HiddenSize = 72)]
public partial class Relu2Layer;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Identity, Tile = "16x64", TopK = 1, IntermediateSize = 104)]
public partial class IdentityLayer;

#pragma warning disable MOE020 // Deep stages are what it is for; it never meets a small GPU.
[MoeConfig(Dtype = Dtype.BF16, Tile = "64x256x32", Stages = 6)]
public partial class DeepLayer;
#pragma warning restore MOE020

[MoeConfig(
    Dtype = Dtype.BF16, Activation = Activation.Swiglu, NumExperts = 8, TopK = 2, HiddenSize = 72, IntermediateSize = 136)]
public partial class FixedShapeLayer;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.SwigluOai)]
public partial class GptOssLayer;
