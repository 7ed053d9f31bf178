using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests.Rules;

/// <summary>Gemm = Custom needs a GEMM.</summary>
public sealed class CustomGemmRuleTests
{
    [Fact]
    public void Missing() => ArgumentRuleTests.Reports(
        "[MoeConfig(Dtype = Dtype.BF16, {|MOE018:Gemm = Gemm.Custom|})]",
        "Gemm is Custom, but 'Layer' implements neither 'partial void Gemm1(in GroupedGemmArguments<T, float> arguments, CudaStream stream)' nor 'partial void Gemm2(in GroupedGemmArguments<T, T> arguments, CudaStream stream)'; implement at least one, because the other stays the generated kernel, or leave Gemm out");

    [Fact]
    public void No_effect_in_fp32() => ArgumentRuleTests.Reports(
        "[MoeConfig(Dtype = Dtype.FP32, {|MOE012:Gemm = Gemm.Custom|})]",
        "Gemm has no effect with Dtype FP32, which runs on the managed backend and has no GPU kernels; leave Gemm out, or state Dtype BF16 or FP16");

    [Fact]
    public void Undefined() => ArgumentRuleTests.Reports(
        "[MoeConfig(Dtype = Dtype.BF16, {|MOE002:Gemm = (Gemm)9|})]",
        "Gemm is 9, which has no implementation; state one of TensorCore, Custom, Cublas");
}
