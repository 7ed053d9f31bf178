namespace MoeGen.KernelEmulator.Tests;

/// <summary>GEMM2 is a plain loop on the host; GEMM1 is generated, with its gather and activation.</summary>
[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "32x64", Gemm = Gemm.Custom)]
public sealed partial class OwnGemm2Layer
{
    private readonly HostGemm<BFloat16> _gemm = new();

    partial void Gemm2(in GroupedGemmArguments<BFloat16, BFloat16> arguments, CudaStream stream) => _gemm.Gemm2(arguments, stream);
}
