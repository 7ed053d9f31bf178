namespace MoeGen.Generators.Tests.Rules;

/// <summary>What goes with INT8, and with INT8 alone.</summary>
public sealed class Int8RuleTests
{
    [Theory]
    [InlineData("")]
    [InlineData(", OutputDtype = Dtype.BF16")]
    [InlineData(", OutputDtype = Dtype.FP16, Tile = \"64x64x256\"")]
    [InlineData(", Tile = \"64x64\", Stages = 4, Routing = RoutingMethod.SigmoidGroupedTopK")]
    public void Allowed(string arguments) => ArgumentRuleTests.Reports($"[MoeConfig(Dtype = Dtype.INT8{arguments})]");

    [Theory]
    [InlineData("FP32")]
    [InlineData("INT8")]
    [InlineData("None")]
    public void Output_of_another_type(string output) => ArgumentRuleTests.Reports(
        $"[MoeConfig(Dtype = Dtype.INT8, {{|MOE024:OutputDtype = Dtype.{output}|}})]",
        $"OutputDtype is {output} beside Dtype INT8; allowed are BF16 and FP16 there, because its kernels read and write 16-bit elements");

    [Fact]
    public void Undefined_output() => ArgumentRuleTests.Reports(
        "[MoeConfig(Dtype = Dtype.INT8, {|MOE002:OutputDtype = (Dtype)9|})]",
        "OutputDtype is 9, which has no implementation; state one of BF16, FP16, FP32, INT8");

    [Theory]
    [InlineData("BF16")]
    [InlineData("FP16")]
    [InlineData("FP32")]
    public void Output_without_effect(string dtype) => ArgumentRuleTests.Reports(
        $"[MoeConfig(Dtype = Dtype.{dtype}, {{|MOE012:OutputDtype = Dtype.BF16|}})]",
        $"OutputDtype has no effect with Dtype {dtype}, whose output is of the type itself; leave OutputDtype out, or state Dtype INT8");

    [Theory]
    [InlineData("Cublas")]
    public void Gemm_from_elsewhere(string gemm) => ArgumentRuleTests.Reports(
        $"[MoeConfig(Dtype = Dtype.INT8, {{|MOE024:Gemm = Gemm.{gemm}|}})]",
        $"Gemm is {gemm} beside Dtype INT8; allowed are TensorCore there, because the scales of tokens and channels are applied inside the generated kernels");

    [Fact]
    public void Depth_counts_elements_of_one_byte() => ArgumentRuleTests.Reports(
        "[MoeConfig(Dtype = Dtype.INT8, {|MOE004:Tile = \"128x128x32\"|})]",
        "Tile \"128x128x32\" has K = 32; allowed are 64, 128, 256, because an mma instruction takes 32 elements of depth (m16n8k32) and a row of a stage is 64, 128 or 256 bytes");

    [Fact]
    public void Shared_memory_counts_elements_of_one_byte() => ArgumentRuleTests.Reports(
        "[MoeConfig(Dtype = Dtype.INT8, Tile = \"128x128\", {|MOE006:Stages = 6|})]",
        "Tile 128x128x128 with 6 stages needs 196608 bytes of shared memory and a block can have 166912 (163 KB) on sm_80, for which the kernels are written; at most 5 stages fit this tile");
}
