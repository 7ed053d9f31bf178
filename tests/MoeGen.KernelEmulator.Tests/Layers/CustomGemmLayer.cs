namespace MoeGen.KernelEmulator.Tests;

/// <summary>A layer whose GEMMs are plain loops on the host, so that permute and the separate activation run.</summary>
[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Geglu, Gemm = Gemm.Custom)]
public sealed partial class CustomGemmLayer
{
    private readonly HostGemm<Half> _gemm = new();

    partial void Gemm1(in GroupedGemmArguments<Half, float> arguments, CudaStream stream) => _gemm.Gemm1(arguments, stream);

    partial void Gemm2(in GroupedGemmArguments<Half, Half> arguments, CudaStream stream) => _gemm.Gemm2(arguments, stream);
}
