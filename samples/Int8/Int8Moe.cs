using MoeGen;

namespace Int8;

/// <summary>A gated layer in 8-bit integers (W8A8): weights are codes, and tokens become codes on the way; input and output are BF16.</summary>
[MoeConfig(Dtype = Dtype.INT8, OutputDtype = Dtype.BF16, Activation = Activation.Swiglu)]
public partial class Int8Moe;
