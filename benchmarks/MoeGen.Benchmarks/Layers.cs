namespace MoeGen.Benchmarks;

/// <summary>One pinned tile, as in the README.</summary>
[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "128x128")]
public partial class PinnedMoe;

/// <summary>The planner's ladder.</summary>
[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu)]
public partial class LadderMoe;

/// <summary>GEMMs by cuBLAS.</summary>
[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Gemm = Gemm.Cublas)]
public partial class CublasMoe;

/// <summary>Routing alone is timed of these two.</summary>
[MoeConfig(Dtype = Dtype.BF16, Tile = "64x128", Routing = RoutingMethod.SoftmaxTopKRenormalized)]
public partial class SoftmaxRouterMoe;

/// <summary>As DeepSeek-V3 routes.</summary>
[MoeConfig(Dtype = Dtype.BF16, Tile = "64x128", Routing = RoutingMethod.SigmoidGroupedTopK)]
public partial class GroupedRouterMoe;
