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

/// <summary>The same for 4-bit weights whose groups are as deep as a step of the ring.</summary>
[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 128)]
public partial class Int4DecodeLayer;

/// <summary>The same with zero points and without a gate.</summary>
[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Relu2, Weights = WeightFormat.Int4Group, GroupSize = 128, ZeroPoints = true)]
public partial class PlainInt4DecodeLayer;
