namespace MoeGen.KernelEmulator.Tests;

/// <summary>GEMM1 is a plain loop on the host; GEMM2 is generated, in all tiles of the ladder.</summary>
[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Gelu, Gemm = Gemm.Custom)]
public sealed partial class OwnGemm1Layer
{
    private readonly HostGemm<Half> _gemm = new();

    partial void Gemm1(in GroupedGemmArguments<Half, float> arguments, CudaStream stream) => _gemm.Gemm1(arguments, stream);
}
