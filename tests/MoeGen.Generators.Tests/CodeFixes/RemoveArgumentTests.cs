using MoeGen.CodeFixes;

namespace MoeGen.Generators.Tests.CodeFixes;

public sealed class RemoveArgumentTests
{
    [Theory]
    [InlineData("Dtype = Dtype.FP32, {|MOE012:Tile = \"64x64\"|}", "Dtype = Dtype.FP32")]
    [InlineData("{|MOE012:Stages = 3|}, Dtype = Dtype.FP32", "Dtype = Dtype.FP32")]
    [InlineData("Dtype = Dtype.FP32, {|MOE012:Gemm = Gemm.Custom|}, TopK = 2", "Dtype = Dtype.FP32, TopK = 2")]
    [InlineData("{|MOE012:SwigluAlpha = 1|}, {|MOE012:SwigluBeta = 1|}, Dtype = Dtype.BF16, {|MOE012:SwigluLimit = 1|}", "Dtype = Dtype.BF16")]
    [InlineData("Dtype = Dtype.FP16, Gemm = Gemm.Cublas, {|MOE012:Tile = \"64x64\"|}, {|MOE012:Stages = 3|}", "Dtype = Dtype.FP16, Gemm = Gemm.Cublas")]
    public Task An_option_without_effect(string marked, string expected) => FixTest<RemoveArgumentCodeFix>.Run(Source(marked), Source(expected));

    [Fact]
    public Task All_of_a_document() => FixTest<RemoveArgumentCodeFix>.Run(
        """
        using MoeGen;

        [MoeConfig(
            Dtype = Dtype.FP32,
            {|MOE012:Tile = "64x64"|},
            {|MOE012:Stages = 3|})]
        public partial class First;

        [MoeConfig(Dtype = Dtype.BF16, {|MOE012:SwigluAlpha = 1|}, Activation = Activation.Relu)]
        public partial class Second;
        """,
        """
        using MoeGen;

        [MoeConfig(
            Dtype = Dtype.FP32)]
        public partial class First;

        [MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Relu)]
        public partial class Second;
        """);

    private static string Source(string arguments) => $"using MoeGen;\n\n[MoeConfig({arguments})]\npublic partial class Layer;\n";
}
