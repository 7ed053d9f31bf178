namespace MoeGen.Cli.Tests;

/// <summary>A class with a CUDA text.</summary>
[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Identity, Tile = "64x64")]
public partial class AnnotatedMoe;

/// <summary>A class around another.</summary>
public partial class Outer
{
    /// <summary>A nested class with a CUDA text.</summary>
    [MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Relu, Tile = "64x64")]
    internal sealed partial class NestedMoe;
}

/// <summary>A class that routes.</summary>
[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Identity, Tile = "64x64", Routing = RoutingMethod.SigmoidTopK)]
public partial class RoutedMoe;

/// <summary>A class without one.</summary>
[MoeConfig(Dtype = Dtype.FP32)]
public partial class ReferenceMoe;
