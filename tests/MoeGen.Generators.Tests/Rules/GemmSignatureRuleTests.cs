using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests.Rules;

/// <summary>A method that means to be the custom GEMM and is not: the one entry in the list where C# has nothing against it.</summary>
public sealed class GemmSignatureRuleTests
{
    private const string Allowed1 = "partial void Gemm1(in MoeGen.GroupedGemmArguments<MoeGen.BFloat16, float>, MoeGen.CudaStream)";

    private const string Allowed2 = "partial void Gemm2(in MoeGen.GroupedGemmArguments<MoeGen.BFloat16, MoeGen.BFloat16>, MoeGen.CudaStream)";

    [Theory]
    [InlineData("void {|MOE019:Gemm1|}(in GroupedGemmArguments<BFloat16, float> a, CudaStream s) { }", "void Gemm1(in MoeGen.GroupedGemmArguments<MoeGen.BFloat16, float>, MoeGen.CudaStream)")]
    [InlineData("private int {|MOE019:Gemm1|}<T>(ref T a, out int b) { b = 0; return 1; }", "private int Gemm1<T>(ref T, out int)")]
    [InlineData("internal static void {|MOE019:Gemm1|}(int[] a, string? b) { }", "internal static void Gemm1(int[], string)")]
    [InlineData("void {|MOE019:Gemm1|}() => ToString();", "void Gemm1()")]
    public void Wrong(string method, string found) => Reports(
        method, $"'{found}' does not implement the GEMM that Gemm = Custom declares; allowed is '{Allowed1}', because a method of another signature would never be called");

    [Fact]
    public void Wrong_beside_a_right_one_of_the_other_name() => Reports(
        "partial void Gemm1(in GroupedGemmArguments<BFloat16, float> arguments, CudaStream stream) { } void {|MOE019:Gemm2|}(int a) { }",
        $"'void Gemm2(int)' does not implement the GEMM that Gemm = Custom declares; allowed is '{Allowed2}', because a method of another signature would never be called");

    [Fact]
    public void Of_another_element_type_the_compiler_speaks_too() => Reports(
        "partial void {|MOE019:{|CS0759:Gemm1|}|}(in GroupedGemmArguments<System.Half, float> a, CudaStream s) { }",
        $"'partial void Gemm1(in MoeGen.GroupedGemmArguments<System.Half, float>, MoeGen.CudaStream)' does not implement the GEMM that Gemm = Custom declares; allowed is '{Allowed1}', because a method of another signature would never be called",
        "No defining declaration found for implementing declaration of partial method 'Layer.Gemm1(in GroupedGemmArguments<Half, float>, CudaStream)'");

    [Theory]
    [InlineData("partial void Gemm1(in GroupedGemmArguments<BFloat16, float> arguments, CudaStream stream) { }")]
    [InlineData("partial void Gemm2(in global::MoeGen.GroupedGemmArguments<BFloat16, BFloat16> arguments, CudaStream stream) => Helper(); static void Helper() { }")]
    [InlineData("partial void Gemm1(in GroupedGemmArguments<BFloat16, float> arguments, CudaStream stream) => Gemm1(1); private void Gemm1(int helper) { }")]
    public void Right(string methods) => Reports(methods);

    [Fact]
    public void Right_in_another_part() => DiagnosticAssert.Reports(
        """
        using MoeGen;
        [MoeConfig(Dtype = Dtype.FP16, Gemm = Gemm.Custom)]
        public partial class Layer;
        public partial class Layer
        {
            partial void Gemm1(in GroupedGemmArguments<System.Half, float> arguments, CudaStream stream) { }
        }
        """);

    [Fact]
    public void Without_custom_the_names_are_free() => DiagnosticAssert.Reports(
        "using MoeGen;\n[MoeConfig(Dtype = Dtype.BF16)] public partial class Layer { private int Gemm1(int a) => a; private int Gemm2() => Gemm1(2); }");

    private static void Reports(string methods, params string[] messages) => DiagnosticAssert.Reports(
        $"using MoeGen;\n[MoeConfig(Dtype = Dtype.BF16, Gemm = Gemm.Custom)]\npublic partial class Layer\n{{\n{methods}\n}}\n", messages);
}
