using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests.Rules;

/// <summary>Gemm = Cublas needs no method, and takes no options of the generated GEMMs.</summary>
public sealed class CublasOptionRuleTests
{
    [Fact]
    public void Needs_no_method() => ArgumentRuleTests.Reports("[MoeConfig(Dtype = Dtype.BF16, Gemm = Gemm.Cublas)]");

    [Fact]
    public void Tile_and_stages_have_no_effect() => ArgumentRuleTests.Reports(
        "[MoeConfig(Dtype = Dtype.BF16, {|MOE012:Tile = \"64x64\"|}, {|MOE012:Stages = 3|}, Gemm = Gemm.Cublas)]",
        "Tile has no effect with Gemm Cublas, which chooses its own tiles; leave Tile out, or state Gemm TensorCore or Custom",
        "Stages has no effect with Gemm Cublas, which chooses its own tiles; leave Stages out, or state Gemm TensorCore or Custom");

    [Fact]
    public void No_effect_in_fp32() => ArgumentRuleTests.Reports(
        "[MoeConfig(Dtype = Dtype.FP32, {|MOE012:Gemm = Gemm.Cublas|})]",
        "Gemm has no effect with Dtype FP32, which runs on the managed backend and has no GPU kernels; leave Gemm out, or state Dtype BF16 or FP16");
}
