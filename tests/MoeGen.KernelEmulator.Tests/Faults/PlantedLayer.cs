namespace MoeGen.KernelEmulator.Tests;

/// <summary>A layer with small tiles, into whose text faults are planted.</summary>
[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "64x64x32", Stages = 3)]
public partial class PlantedLayer;

/// <summary>The same for the stages before the GEMMs.</summary>
[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Relu, Tile = "16x64x32", Routing = RoutingMethod.SoftmaxTopKRenormalized)]
public partial class PlantedRoutedLayer;

/// <summary>The same for 8-bit integers.</summary>
[MoeConfig(Dtype = Dtype.INT8, Tile = "64x64x64", Stages = 3)]
public partial class PlantedInt8Layer;

/// <summary>The same for 4-bit weights.</summary>
[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 32, Tile = "64x64x32", Stages = 3)]
public partial class PlantedInt4Layer;
