using Microsoft.CodeAnalysis;
using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests.Analyzers;

/// <summary>What an editor sees while one types, and what C# allows around an attribute: never an exception, never a message of ours too many.</summary>
public sealed class RobustnessTests
{
    /// <summary>Every beginning of a source, as it is typed. An exception of the analyzer would be AD0001.</summary>
    [Fact]
    public void Every_beginning_of_a_source()
    {
        const string Source = "using MoeGen;\nnamespace N { partial class O { [MoeConfig(Dtype = Dtype.BF16, Tile = \"64x\" + \"64\", Stages = 3)] public partial class Layer : X { partial void Gemm1(in int a) { } } } }";
        for (int length = 0; length <= Source.Length; length++)
        {
            GeneratorRun run = GeneratorHarness.Run(Source[..length]);
            Assert.DoesNotContain(AnalyzerHarness.AnalyzeWithPlan(run.Output), diagnostic => diagnostic.Id == "AD0001");
        }
    }

    [Theory]
    [InlineData("[MoeConfig(")]
    [InlineData("[MoeConfig(Dtype)] class Layer;")]
    [InlineData("[MoeConfig(Dtype = )] partial class Layer;")]
    [InlineData("[MoeConfig(Dtype = Dtype.BF16, Tile = )] partial class Layer;")]
    [InlineData("[MoeConfig(Dtype = Dtype.BF16, Tile = \"64x64)] partial class Layer;")]
    [InlineData("[MoeConfig(Dtype = Dtype.BF16, Stages = 1 / 0)] partial class Layer;")]
    [InlineData("[MoeConfig(Dtype = Dtype.BF16, Stages = \"3\")] partial class Layer;")]
    [InlineData("[MoeConfig(Dtype.BF16)] partial class Layer;")]
    [InlineData("[MoeConfig(Unknown = 3, Dtype = Dtype.BF16)] partial class Layer;")]
    [InlineData("[MoeConfig(Dtype = Dtype.BF16, Dtype = Dtype.FP16)] partial class Layer;")]
    [InlineData("[MoeConfig(Dtype = Dtype.BF16, Tile = new[] { \"64x64\" })] partial class Layer;")]
    [InlineData("[MoeConfig(Dtype = Dtype.BF16)] [MoeConfig(Dtype = Dtype.BF16)] partial class Layer;")]
    [InlineData("[MoeConfig(Dtype = Dtype.BF16)] partial class Layer; [MoeConfig(Dtype = Dtype.FP16)] partial class Layer;")]
    [InlineData("[assembly: MoeConfig(Dtype = Dtype.BF16)]")]
    [InlineData("[MoeConfig(Dtype = Dtype.BF16)] enum Layer { }")]
    [InlineData("[MoeConfig(Dtype = Dtype.BF16)] delegate void Layer();")]
    [InlineData("class C { [MoeConfig(Dtype = Dtype.BF16)] void Layer() { } }")]
    [InlineData("[MoeConfig(Dtype = Dtype.BF16)] partial class")]
    [InlineData("[MoeConfig(Dtype = Dtype.BF16)] partial class Layer : Missing;")]
    [InlineData("[MoeConfig(Dtype = Dtype.BF16)] partial class Layer : Layer;")]
    [InlineData("[MoeConfig(Dtype = Dtype.BF16)] partial class Layer<T : Layer<T>")]
    public void A_half_typed_declaration_is_the_compilers(string declaration)
    {
        GeneratorRun run = GeneratorHarness.Run($"using MoeGen;\n{declaration}");
        Assert.Contains(run.Diagnostics, diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        Assert.DoesNotContain(AnalyzerHarness.AnalyzeWithPlan(run.Output), diagnostic => diagnostic.Id == "AD0001");
    }

    [Theory]
    [InlineData("Tile = \"8\" + \"x128\"")]
    [InlineData("Tile = Constants.Tile")]
    [InlineData("Tile = $\"{Constants.Eight}x128\"")]
    [InlineData("Tile = (string)\"8x128\"")]
    [InlineData("Tile = @\"8x128\"")]
    [InlineData("Tile = \"\"\"8x128\"\"\"")]
    [InlineData("@Tile = \"8x128\"")]
    public void A_constant_expression_is_read(string argument) => DiagnosticAssert.Reports(
        $$"""
        using MoeGen;
        [MoeConfig(Dtype = Dtype.BF16, {|MOE004:{{argument}}|})] public partial class Layer;
        internal static class Constants { public const string Eight = "8", Tile = Eight + "x128"; }
        """,
        "Tile \"8x128\" has M = 8; allowed are 16, 32, 64, 80, 128, 160, 256, because an mma instruction multiplies 16 rows (m16n8k16) and a warp takes 16, 32, 64 or 80 of them");

    [Fact]
    public void A_name_is_no_tile() => DiagnosticAssert.Reports(
        "using MoeGen;\n[MoeConfig(Dtype = Dtype.BF16, {|MOE003:Tile = nameof(Layer)|})] public partial class Layer;",
        "Tile \"Layer\" is not of the form \"MxN\" or \"MxNxK\": found no 'x' between numbers; write for instance \"128x128\" or \"64x128x64\", rows x accumulator columns x depth of a stage");

    [Fact]
    public void A_constant_of_another_assembly_is_read() => DiagnosticAssert.Reports(
        "using MoeGen;\n[MoeConfig(Dtype = Dtype.BF16, {|MOE013:NumExperts = int.MaxValue|}, {|MOE014:TopK = sbyte.MinValue|})] public partial class Layer;",
        "NumExperts is 2147483647; allowed are 1 to 1024, because routing gives each expert one thread of a block; leave it out to give it at run time",
        "TopK is -128; allowed are 1 to 32, because each lane of a warp keeps one of a token's experts; leave it out to give it at run time");

    [Theory]
    [InlineData("[MoeConfig({0})] public partial class @class {{ }}")]
    [InlineData("namespace A.@namespace.\u00C9t\u00E9; [MoeConfig({0})] public partial class \u0416\u5C42;")]
    [InlineData("namespace A {{ namespace B {{ partial class C {{ partial struct D {{ partial interface E {{ partial record F {{ partial record struct G {{ [MoeConfig({0})] partial class H; }} }} }} }} }} }} }}")]
    [InlineData("[System.Serializable, MoeConfigAttribute({0}), System.Obsolete] public partial class Layer;")]
    [InlineData("[global::MoeGen.MoeConfig({0})] public partial class Layer;")]
    [InlineData("[@MoeConfigAttribute({0})] public partial class Layer;")]
    [InlineData("public partial class Layer {{ }} [MoeConfig({0})] partial class Layer {{ }} partial class Layer : System.ICloneable {{ object System.ICloneable.Clone() => this; }}")]
    public void Right_and_wrong_wherever_the_class_stands(string form)
    {
        string Source(string arguments) => "using MoeGen;\n#pragma warning disable CS1591, CS8981, CS0618\n" + string.Format(System.Globalization.CultureInfo.InvariantCulture, form, arguments);
        DiagnosticAssert.Reports(Source("Dtype = Dtype.FP32"));
        DiagnosticAssert.Reports(
            Source("Dtype = Dtype.FP32, {|MOE014:TopK = 99|}"),
            "TopK is 99; allowed are 1 to 32, because each lane of a warp keeps one of a token's experts; leave it out to give it at run time");
    }

    [Fact]
    public void Names_that_differ_in_case_only_have_files_that_do_not()
    {
        GeneratorRun run = DiagnosticAssert.Reports(
            "using MoeGen;\n[MoeConfig(Dtype = Dtype.FP32)] public partial class Layer;\n[MoeConfig(Dtype = Dtype.FP32)] public partial class LAYER;");
        Assert.Equal(2, run.Files.Select(file => file.HintName).Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }
}
