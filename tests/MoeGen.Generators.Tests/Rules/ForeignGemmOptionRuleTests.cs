using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests.Rules;

/// <summary>Gemm = Cublas needs no method; where no GEMM is generated there are no options of generated ones.</summary>
public sealed class ForeignGemmOptionRuleTests
{
    private const string Gemm1 = "partial void Gemm1(in GroupedGemmArguments<System.Half, float> arguments, CudaStream stream) { }";
    private const string Gemm2 = "partial void Gemm2(in GroupedGemmArguments<System.Half, System.Half> arguments, CudaStream stream) { }";

    [Fact]
    public void Needs_no_method() => ArgumentRuleTests.Reports("[MoeConfig(Dtype = Dtype.BF16, Gemm = Gemm.Cublas)]");

    [Fact]
    public void Tile_and_stages_have_no_effect() => ArgumentRuleTests.Reports(
        "[MoeConfig(Dtype = Dtype.BF16, {|MOE012:Tile = \"64x64\"|}, {|MOE012:Stages = 3|}, Gemm = Gemm.Cublas)]",
        "Tile has no effect with Gemm Cublas, which chooses its own tiles; leave Tile out, or state Gemm TensorCore or Custom",
        "Stages has no effect with Gemm Cublas, which chooses its own tiles; leave Stages out, or state Gemm TensorCore or Custom");

    [Fact]
    public void Tile_and_stages_have_no_effect_beside_both_gemms_of_the_class() => DiagnosticAssert.Reports(
        $"using MoeGen;\n/// <summary/>\n[MoeConfig(Dtype = Dtype.FP16, {{|MOE012:Tile = \"64x64\"|}}, {{|MOE012:Stages = 3|}}, Gemm = Gemm.Custom)] public partial class Layer {{ {Gemm1} {Gemm2} }}",
        "Tile has no effect with Gemm Custom and both Gemm1 and Gemm2 in the class, which leave no GEMM to generate; leave Tile out, or state Gemm TensorCore",
        "Stages has no effect with Gemm Custom and both Gemm1 and Gemm2 in the class, which leave no GEMM to generate; leave Stages out, or state Gemm TensorCore");

    [Theory]
    [InlineData(Gemm1)]
    [InlineData(Gemm2)]
    public void They_have_one_beside_one_gemm_of_the_class(string method) => DiagnosticAssert.Reports(
        $"using MoeGen;\n/// <summary/>\n[MoeConfig(Dtype = Dtype.FP16, Tile = \"64x64\", Stages = 3, Gemm = Gemm.Custom)] public partial class Layer {{ {method} }}");

    [Fact]
    public void No_effect_in_fp32() => ArgumentRuleTests.Reports(
        "[MoeConfig(Dtype = Dtype.FP32, {|MOE012:Gemm = Gemm.Cublas|})]",
        "Gemm has no effect with Dtype FP32, which runs on the managed backend and has no GPU kernels; leave Gemm out, or state Dtype BF16 or FP16");
}
