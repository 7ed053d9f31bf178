namespace MoeGen.KernelEmulator.Tests;

/// <summary>A layer with decode kernels.</summary>
[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu)]
public partial class DecodeLayer;

/// <summary>The same without a gate.</summary>
[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Relu2)]
public partial class PlainDecodeLayer;

/// <summary>The same with constants of each expert.</summary>
[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.SwigluOai)]
public partial class OaiDecodeLayer;
