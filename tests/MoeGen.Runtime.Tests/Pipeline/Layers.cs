namespace MoeGen.Tests;

#pragma warning disable MOE020 // Deep stages are what it is for; it never meets a small GPU.
[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "64x256x32", Stages = 6)]
public partial class DeepTileMoe;
#pragma warning restore MOE020

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu)]
public partial class LadderMoe;

/// <summary>One tile, and the decode kernels beside it.</summary>
[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "16x128")]
public partial class PinnedMoe;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Relu, Routing = RoutingMethod.SoftmaxTopK, Tile = "64x64")]
public partial class RoutedMoe;

[MoeConfig(Dtype = Dtype.FP32, Activation = Activation.Swiglu)]
public partial class SinglePrecisionMoe;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "64x64", Gemm = Gemm.Custom)]
public partial class PluggedMoe
{
    partial void Gemm1(in GroupedGemmArguments<BFloat16, float> arguments, CudaStream stream) => throw new InvalidOperationException("A plug-in takes its place.");
}

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Gemm = Gemm.Custom)]
public partial class OwnGemmsMoe
{
    public int Gemm1Calls { get; private set; }

    public int Gemm2Calls { get; private set; }

    partial void Gemm1(in GroupedGemmArguments<BFloat16, float> arguments, CudaStream stream) => Gemm1Calls++;

    partial void Gemm2(in GroupedGemmArguments<BFloat16, BFloat16> arguments, CudaStream stream) => Gemm2Calls++;
}
