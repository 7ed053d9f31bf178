using Microsoft.CodeAnalysis;
using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests.Rules;

/// <summary>Declarations that a generated half cannot be added to: reported at the class's name, and nothing is emitted.</summary>
public sealed class ClassRuleTests
{
    private const string Use = "use a partial class with a name of its own that is none of static, generic, record, file-local or with a primary constructor";

    [Fact]
    public void Not_partial() => Reports(
        "[MoeConfig(Dtype = Dtype.BF16)] public class {|MOE008:Layer|};",
        "Class 'Layer' is not partial; declare it partial, because MoeGen adds the layer to it");

    [Fact]
    public void Container_not_partial() => Reports(
        "/// <summary/>\npublic class Outer { /// <summary/>\n[MoeConfig(Dtype = Dtype.BF16)] public partial class {|MOE009:Layer|}; }",
        "Class 'Layer' is inside 'Outer', which is not partial; declare 'Outer' partial too, because the generated half of 'Layer' is written inside it");

    [Fact]
    public void Static() => Reports(
        "[MoeConfig(Dtype = Dtype.BF16)] public static partial class {|MOE010:Layer|};",
        $"Type 'Layer' is static; a layer is an object that owns its weights on the device; {Use}");

    [Fact]
    public void Generic() => Reports(
        "[MoeConfig(Dtype = Dtype.BF16)] public partial class {|MOE010:Layer|}<T>;",
        $"Type 'Layer<T>' is generic or inside a generic type; its kernels are made once, before type arguments are known; {Use}");

    [Fact]
    public void Inside_a_generic_type() => Reports(
        "/// <summary/>\npublic partial class Outer<T> { /// <summary/>\n[MoeConfig(Dtype = Dtype.BF16)] public partial class {|MOE010:Layer|}; }",
        $"Type 'Layer' is generic or inside a generic type; its kernels are made once, before type arguments are known; {Use}");

    [Fact]
    public void Record() => Reports(
        "[MoeConfig(Dtype = Dtype.BF16)] public partial record {|MOE010:Layer|};",
        $"Type 'Layer' is a record; a layer derives from MoeLayer and a record derives from records only; {Use}");

    [Fact]
    public void Record_struct() => Reports(
        "[{|CS0592:MoeConfig|}(Dtype = Dtype.BF16)] public partial record struct {|MOE010:Layer|};",
        "Attribute 'MoeConfig' is not valid on this declaration type. It is only valid on 'class' declarations.",
        $"Type 'Layer' is a struct; a layer derives from MoeLayer and a struct has no base class; {Use}");

    [Fact]
    public void File_local() => Reports(
        "[MoeConfig(Dtype = Dtype.BF16)] file partial class {|MOE010:Layer|};",
        $"Type 'Layer' is file-local or inside a file-local type; the generated half is in another file and cannot see it; {Use}");

    [Fact]
    public void Inside_a_file_local_type() => Reports(
        "file partial class Outer { /// <summary/>\n[MoeConfig(Dtype = Dtype.BF16)] public partial class {|MOE010:Layer|}; }",
        $"Type 'Layer' is file-local or inside a file-local type; the generated half is in another file and cannot see it; {Use}");

    [Theory]
    [InlineData("Dtype = Dtype.BF16", "Descriptor")]
    [InlineData("Dtype = Dtype.FP32", "CudaSource")]
    [InlineData("Dtype = Dtype.FP16", "Launchers")]
    [InlineData("Dtype = Dtype.FP16, Gemm = Gemm.Custom", "ImplementsGemm1", " { partial void Gemm2(in GroupedGemmArguments<System.Half, System.Half> a, CudaStream s) { } }")]
    public void Named_like_a_generated_member(string arguments, string name, string body = ";")
    {
        GeneratorRun run = GeneratorHarness.Run($"using MoeGen;\n#pragma warning disable CS1591\n[MoeConfig({arguments})] public partial class {name}{body}");
        Assert.Empty(run.Files);
        Diagnostic diagnostic = AnalyzerHarness.Analyze(run.Output).First(diagnostic => diagnostic.Id.StartsWith("MOE", StringComparison.Ordinal));
        Assert.Equal(
            $"Type '{name}' is named like a member that MoeGen adds to it, and in C# no member has the name of its type; {Use}",
            diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("Dtype = Dtype.FP32", "Launchers")]
    [InlineData("Dtype = Dtype.FP16", "Gemm1")]
    public void Names_of_members_that_are_not_generated_are_allowed(string arguments, string name) => GeneratorHarness.Run(
        $"using MoeGen;\n[MoeConfig({arguments})] public partial class {name};").AssertClean();

    [Fact]
    public void Lower_case_names_warn_in_the_users_half_alone() => DiagnosticAssert.Reports(
        "[MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16)] public partial class {|CS8981:layer|};",
        "The type name 'layer' only contains lower-cased ascii characters. Such names may become reserved for the language.");

    [Fact]
    public void Interface() => Reports(
        "[{|CS0592:MoeConfig|}(Dtype = Dtype.BF16)] public partial interface {|MOE010:ILayer|};",
        "Attribute 'MoeConfig' is not valid on this declaration type. It is only valid on 'class' declarations.",
        $"Type 'ILayer' is an interface; a layer derives from MoeLayer and an interface has no base class; {Use}");

    [Fact]
    public void Primary_constructor() => Reports(
        "[MoeConfig(Dtype = Dtype.BF16)] public partial class {|MOE010:Layer|}() { }",
        $"Type 'Layer' is declared with a primary constructor; the generated constructors take context and weights and cannot call it; {Use}");

    [Fact]
    public void Base_class() => Reports(
        "/// <summary/>\npublic class Other; /// <summary/>\n[MoeConfig(Dtype = Dtype.BF16)] public partial class Layer : {|MOE011:Other|};",
        "Class 'Layer' derives from 'Other'; remove the base class, because the generated half derives from MoeLayer and a class has one base (interfaces are allowed)");

    [Fact]
    public void Base_class_in_another_part() => Reports(
        "/// <summary/>\n[MoeConfig(Dtype = Dtype.BF16)] public partial class Layer; public partial class Layer : {|MOE011:System.Collections.Generic.List<int>|}, System.ICloneable { object System.ICloneable.Clone() => this; }",
        "Class 'Layer' derives from 'List<int>'; remove the base class, because the generated half derives from MoeLayer and a class has one base (interfaces are allowed)");

    [Fact]
    public void Attribute_on_two_parts_is_the_compilers_alone() => DiagnosticAssert.Reports(
        "using MoeGen;\n[MoeConfig(Dtype = Dtype.BF16)] public partial class Layer;\n[{|CS0579:MoeConfig|}(Dtype = Dtype.FP16)] public partial class Layer;",
        "Duplicate 'MoeConfig' attribute");

    [Fact]
    public void Interfaces_are_allowed() => GeneratorHarness.Run(
        "using MoeGen; [MoeConfig(Dtype = Dtype.BF16)] public partial class Layer : System.ICloneable { object System.ICloneable.Clone() => this; }")
        .AssertClean();

    private static void Reports(string declaration, params string[] messages)
    {
        GeneratorRun run = DiagnosticAssert.Reports($"using MoeGen;\n#pragma warning disable CS1591\n{declaration}", messages);
        Assert.Empty(run.Files);
    }
}
