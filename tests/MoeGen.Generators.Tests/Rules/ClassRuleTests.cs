using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests.Rules;

/// <summary>Declarations that a generated half cannot be added to: reported at the class's name, and nothing is emitted.</summary>
public sealed class ClassRuleTests
{
    private const string Use = "use a partial class that is none of static, generic, record, file-local or with a primary constructor";

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
        $"Type 'Layer' is file-local; the generated half is in another file and cannot see it; {Use}");

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
