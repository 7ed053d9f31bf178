namespace MoeGen.Generators.Tests.Rules;

/// <summary>Formats of weights: what they go with, and their groups.</summary>
public sealed class WeightFormatRuleTests
{
    [Theory]
    [InlineData("Dtype = Dtype.BF16, Weights = WeightFormat.SameAsDtype")]
    [InlineData("Dtype = Dtype.FP16, Weights = WeightFormat.Int8PerChannel, HiddenSize = 72")]
    [InlineData("Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, HiddenSize = 256, IntermediateSize = 384")]
    [InlineData("Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 32, ZeroPoints = true, HiddenSize = 96")]
    [InlineData("Dtype = Dtype.BF16, Weights = WeightFormat.Mxfp4, HiddenSize = 2880")]
    public void Allowed(string arguments) => ArgumentRuleTests.Reports($"[MoeConfig({arguments})]");

    [Fact]
    public void Undefined() => ArgumentRuleTests.Reports(
        "[MoeConfig(Dtype = Dtype.BF16, {|MOE002:Weights = (WeightFormat)7|})]",
        "Weights is 7, which has no implementation; state one of SameAsDtype, Int8PerChannel, Int4Group, Mxfp4");

    [Fact]
    public void Without_effect_in_int8() => ArgumentRuleTests.Reports(
        "[MoeConfig(Dtype = Dtype.INT8, {|MOE012:Weights = WeightFormat.Int8PerChannel|})]",
        "Weights has no effect with Dtype INT8, whose weights are 8-bit; leave Weights out, or state Dtype BF16 or FP16");

    [Fact]
    public void Without_effect_in_fp32() => ArgumentRuleTests.Reports(
        "[MoeConfig(Dtype = Dtype.FP32, {|MOE012:Weights = WeightFormat.Int8PerChannel|})]",
        "Weights has no effect with Dtype FP32, which runs on the managed backend; leave Weights out, or state Dtype BF16 or FP16");

    [Theory]
    [InlineData("Int8PerChannel")]
    [InlineData("Mxfp4")]
    public void Gemm_from_elsewhere(string format) => ArgumentRuleTests.Reports(
        $"[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.{format}, {{|MOE024:Gemm = Gemm.Cublas|}})]",
        $"Gemm is Cublas beside Weights {format}; allowed are TensorCore there, because codes become elements inside the generated kernels");

    [Theory]
    [InlineData("GroupSize = 64")]
    [InlineData("ZeroPoints = true")]
    public void Group_options_without_groups(string option)
    {
        string name = option[..option.IndexOf(' ', StringComparison.Ordinal)];
        ArgumentRuleTests.Reports(
            $"[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Mxfp4, {{|MOE012:{option}|}})]",
            $"{name} has no effect with Weights Mxfp4, which has no such groups; leave {name} out, or state Weights Int4Group");
        ArgumentRuleTests.Reports(
            $"[MoeConfig(Dtype = Dtype.BF16, {{|MOE012:{option}|}})]",
            $"{name} has no effect with Weights SameAsDtype, which has no such groups; leave {name} out, or state Weights Int4Group");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(48)]
    [InlineData(256)]
    public void Group_size_out_of_range(int size) => ArgumentRuleTests.Reports(
        $"[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, {{|MOE024:GroupSize = {size}|}})]",
        $"GroupSize is {size} beside Weights Int4Group; allowed are 32, 64 and 128 there, because a thread decodes 32 codes with one scale and a stage holds whole groups or a part of one");

    [Fact]
    public void Sizes_that_are_no_whole_number_of_groups() => ArgumentRuleTests.Reports(
        "[MoeConfig(Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, {|MOE024:HiddenSize = 2880|}, {|MOE024:IntermediateSize = 1000|})]",
        "HiddenSize is 2880 beside groups of 128; allowed are multiples of 128 there, because a weight row is a whole number of groups",
        "IntermediateSize is 1000 beside groups of 128; allowed are multiples of 128 there, because a weight row is a whole number of groups");
}
