using MoeGen;

namespace Quickstart;

/// <summary>The layer of Mixtral: gated, 128x128 tiles and kernels for few tokens, experts chosen from router logits.</summary>
[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "128x128", Routing = RoutingMethod.SoftmaxTopKRenormalized)]
public partial class MixtralMoe;
