using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests.Rules;

/// <summary>Members of the author's half with the names of generated ones: reported at the member, and the only error.</summary>
public sealed class MemberNameRuleTests
{
    private const string Implements2 = "partial void Gemm2(in GroupedGemmArguments<System.Half, System.Half> arguments, CudaStream stream) { }";

    [Theory]
    [InlineData("Descriptor", "public int {|MOE023:Descriptor|};")]
    [InlineData("Descriptor", "/// <summary/>\npublic static MoeDescriptor {|MOE023:Descriptor|} => null!;")]
    [InlineData("Descriptor", "/// <summary/>\npublic class {|MOE023:Descriptor|}<T>;")]
    [InlineData("CudaSource", "/// <summary/>\npublic string {|MOE023:CudaSource|}() => \"\";")]
    [InlineData("Launchers", "/// <summary/>\npublic partial class {|MOE023:Launchers|};")]
    [InlineData("Launchers", "/// <summary/>\npublic enum {|MOE023:Launchers|} { None }")]
    [InlineData("Launchers", "/// <summary/>\npublic int {|MOE023:Launchers|}(int x) => x;")]
    [InlineData("Gemm1", "/// <summary/>\npublic int {|MOE023:Gemm1|} { get; set; } " + Implements2, ", Gemm = Gemm.Custom")]
    [InlineData("ImplementsGemm2", "/// <summary/>\npublic static new bool {|MOE023:ImplementsGemm2|} => true; " + Implements2, ", Gemm = Gemm.Custom")]
    [InlineData("RunGemm2", "/// <summary/>\npublic delegate void {|MOE023:RunGemm2|}(); " + Implements2, ", Gemm = Gemm.Custom")]
    public void A_name_that_is_taken(string name, string member, string arguments = "")
    {
        GeneratorRun run = DiagnosticAssert.Reports(
            Source(arguments, member),
            $"Class 'Layer' has a member '{name}', and MoeGen adds one of that name to it; rename yours, because in C# two members of a class do not share a name");
        Assert.NotEmpty(run.Surface);
        Assert.Null(run.Cuda);
    }

    [Theory]
    [InlineData("/// <summary/>\npublic class Launchers<T>;")]
    [InlineData("/// <summary/>\npublic int Gemm1 => 1; /// <summary/>\npublic bool RunGemm1 => true;", ", Activation = Activation.Relu")]
    [InlineData("/// <summary/>\npublic int Launched => 1; /// <summary/>\npublic int descriptor => 1;")]
    [InlineData(Implements2 + " static void Gemm2(int x) { }", ", Gemm = Gemm.Custom")]
    public void A_name_that_is_free(string member, string arguments = "") =>
        GeneratorHarness.Run("#pragma warning disable CS8981, CS0108\n" + Source(arguments, member)).AssertClean();

    [Fact]
    public void No_launchers_are_generated_in_fp32() => GeneratorHarness.Run(
        "using MoeGen;\n/// <summary/>\n[MoeConfig(Dtype = Dtype.FP32)] public partial class Layer { /// <summary/>\npublic class Launchers; }").AssertClean();

    private static string Source(string arguments, string member) =>
        $"using MoeGen;\n#pragma warning disable CS1591, CS0649, CS0169, CS0108\n[MoeConfig(Dtype = Dtype.FP16{arguments})] public partial class Layer {{ {member} }}";
}
