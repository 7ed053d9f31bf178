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

/// <summary>8-bit integers on both sides.</summary>
[MoeConfig(Dtype = Dtype.INT8)]
public partial class Int8Moe;

/// <summary>8-bit weights.</summary>
[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int8PerChannel)]
public partial class Int8WeightsMoe;

/// <summary>4-bit weights in groups of 128.</summary>
[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group)]
public partial class Int4WeightsMoe;

/// <summary>4-bit floats.</summary>
[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Mxfp4)]
public partial class Mxfp4WeightsMoe;
