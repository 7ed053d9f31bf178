namespace MoeGen.Gpu.Tests;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Geglu, Tile = "32x64")]
public partial class Fp16Geglu;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.GegluTanh, Tile = "16x128")]
public partial class Bf16GegluTanh;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.SwigluOai, Tile = "64x64", SwigluLimit = 1.5f)]
public partial class Bf16SwigluOai;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.SwigluStep, Tile = "16x64", SwigluLimit = 0.75f)]
public partial class Fp16SwigluStep;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.GeluTanh, Tile = "32x64")]
public partial class Fp16GeluTanh;

[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Relu2, Tile = "32x128x32")]
public partial class Bf16Relu2;

[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Identity, Tile = "16x64")]
public partial class Fp16Identity;

/// <summary>Every size a constant of the kernels.</summary>
[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Swiglu, Tile = "32x64", NumExperts = 6, TopK = 3, HiddenSize = 136, IntermediateSize = 72)]
public partial class Bf16StaticShape;

/// <summary>Both GEMMs from outside.</summary>
[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.SwigluOai, Tile = "32x64", Gemm = Gemm.Custom)]
public partial class Bf16Custom
{
    private PlainGemm? _gemm;

    public int Calls { get; private set; }

    partial void Gemm1(in GroupedGemmArguments<BFloat16, float> arguments, CudaStream stream)
    {
        Calls++;
        (_gemm ??= new PlainGemm(stream.Context)).Gemm1(arguments, stream);
    }
}
