namespace MoeGen.KernelEmulator.Tests;

/// <summary>A layer with small tiles, into whose text faults are planted.</summary>
[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "64x64x32", Stages = 3)]
public partial class PlantedLayer;

/// <summary>The same for the stages before the GEMMs.</summary>
[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Relu, Tile = "16x64x32", Routing = RoutingMethod.SoftmaxTopKRenormalized)]
public partial class PlantedRoutedLayer;
