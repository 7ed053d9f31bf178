using MoeGen;

namespace Interop;

/// <summary>A gated layer that is given its experts.</summary>
[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu)]
public partial class InteropMoe;
