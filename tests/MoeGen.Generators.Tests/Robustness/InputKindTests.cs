using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests.Robustness;

/// <summary>Each kind of input that code can be written in: what is right compiles, what is half-typed throws nothing.</summary>
public sealed class InputKindTests
{
    private const string Config = "[MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16, Tile = \"64x64\")]";

    [Theory]
    [InlineData("a constant of another assembly", "[MoeGen.MoeConfig(Dtype = Far.Type, Tile = Far.Tile, Stages = Far.Stages)] public partial class L;", "FP16", "m64n64k64s3")]
    [InlineData("an internal constant of another assembly", "[MoeGen.MoeConfig(Dtype = Far.Type, Tile = Far.Hidden)] public partial class L;", "FP16", "m32n64k64s")]
    [InlineData("a constant under keywords", "[MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16, TopK = @public.Deep.@class.@int)] public partial class L;", "BF16", "K = 8")]
    [InlineData("nameof", "[MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16, Tile = nameof(L) == \"L\" ? \"64x64\" : \"\")] public partial class L;", "BF16", "m64n64k64s4")]
    [InlineData("constant expressions", "[MoeGen.MoeConfig(Dtype = (MoeGen.Dtype)(1 << 0), Tile = L.A + \"x\" + L.A, Stages = checked(1 + 2))] public partial class L { const string A = \"64\"; }", "", "m64n64k64s3")]
    [InlineData("unchecked and casts", "[MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16, Stages = unchecked((int)(uint)4), TopK = (byte)2)] public partial class L;", "BF16", "K = 2")]
    [InlineData("a raw and an interpolated literal", "[MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16, Tile = $\"\"\"{L.A}x64\"\"\")] public partial class L { const string A = \"64\"; }", "BF16", "m64n64k64s4")]
    [InlineData("an alias", "using M = MoeGen.MoeConfigAttribute; using D = MoeGen.Dtype; [M(Dtype = D.FP16)] partial class L;", "FP16", "decode")]
    [InlineData("the full name", "[global::MoeGen.MoeConfigAttribute(Dtype = global::MoeGen.Dtype.FP16)] partial class L;", "FP16", "decode")]
    [InlineData("other attributes around", "[System.Serializable, MoeGen.MoeConfig(Dtype = MoeGen.Dtype.FP16), System.Obsolete] partial class L;", "FP16", "decode")]
    [InlineData("a keyword as name", Config + " partial class @class;", "BF16", "m64n64k64s4")]
    [InlineData("contextual keywords as names", "namespace record.async { partial struct await { " + Config + " partial class partial; } }", "BF16", "m64n64k64s4")]
    [InlineData("Unicode names", "namespace Модели { partial class Größe { " + Config + " partial class 専門家の混合; } }", "BF16", "m64n64k64s4")]
    [InlineData("escapes in names", Config + " partial class \\u0041b\\u0301;", "BF16", "m64n64k64s4")]
    [InlineData("nullable off", "#nullable disable\n" + Config + " partial class L { string _s; }", "BF16", "m64n64k64s4")]
    [InlineData("unsafe", Config + " unsafe partial class L { int* _p; }", "BF16", "m64n64k64s4")]
    [InlineData("a file-scoped namespace", "namespace A.B; " + Config + " partial class L;", "BF16", "m64n64k64s4")]
    [InlineData("namespaces in namespaces", "namespace A.B { namespace C { " + Config + " partial class L; } }", "BF16", "m64n64k64s4")]
    [InlineData("the run time's namespace", "namespace MoeGen { " + Config + " partial class L; }", "BF16", "m64n64k64s4")]
    [InlineData("a namespace that shadows the run time's", "namespace A.MoeGen { [global::MoeGen.MoeConfig(Dtype = global::MoeGen.Dtype.BF16, Tile = \"64x64\")] partial class L; }", "BF16", "m64n64k64s4")]
    [InlineData("names that shadow System's", "namespace A { class System; class Half; class String; " + Config + " partial class L; }", "BF16", "m64n64k64s4")]
    [InlineData("private protected nesting", "public partial class A { " + Config + " private protected partial class L; }", "BF16", "m64n64k64s4")]
    [InlineData("interfaces around and on it", "partial interface A { " + Config + " partial class L : System.IDisposable, A; }", "BF16", "m64n64k64s4")]
    public async Task Right_input_compiles(string kind, string source, params string[] expected)
    {
        Workbench bench = await RunAsync(source);
        Assert.True(bench.Files.Length == 2, kind);
        Assert.Empty(bench.ErrorList());
        string text = string.Concat(bench.Files.Select(file => file.SourceText));
        Assert.All(expected, part => Assert.Contains(part, text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[MoeGen.MoeConfig")]
    [InlineData("[MoeGen.MoeConfig(")]
    [InlineData("[MoeGen.MoeConfig()] partial class")]
    [InlineData("[MoeGen.MoeConfig(Dtype")]
    [InlineData("[MoeGen.MoeConfig(Dtype =] partial class L;")]
    [InlineData("[MoeGen.MoeConfig(Dtype = )] partial class L;")]
    [InlineData("[MoeGen.MoeConfig(Dtype = MoeGen.Dtype.)] partial class L;")]
    [InlineData("[MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16,)] partial class L;")]
    [InlineData("[MoeGen.MoeConfig(, , )] partial class L;")]
    [InlineData("[MoeGen.MoeConfig(Dtype: MoeGen.Dtype.BF16)] partial class L;")]
    [InlineData("[MoeGen.MoeConfig(MoeGen.Dtype.BF16)] partial class L;")]
    [InlineData("[MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16, Dtype = MoeGen.Dtype.FP16)] partial class L;")]
    [InlineData("[MoeGen.MoeConfig(Tile = null, Dtype = default)] partial class L;")]
    [InlineData("[MoeGen.MoeConfig(Tile = \"64x)] partial class L;")]
    [InlineData("[MoeGen.MoeConfig(Tile = nameof())] partial class L;")]
    [InlineData("[MoeGen.MoeConfig(Stages = checked(int.MaxValue + 1), TopK = 1 / 0)] partial class L;")]
    [InlineData("[MoeGen.MoeConfig(Stages = L.A)] partial class L { const int A = B; const int B = A; }")]
    [InlineData("[MoeGen.MoeConfig(Dtype = \"BF16\", Stages = \"x\", Tile = 3, Nonsense = 1)] partial class L;")]
    [InlineData("[MoeGen.MoeConfig(Dtype = new[] { 1 }, Tile = typeof(L))] partial class L;")]
    [InlineData("[MoeGen.MoeConfig, MoeGen.MoeConfig] partial class L; [MoeGen.MoeConfig] partial class L;")]
    [InlineData("[return: MoeGen.MoeConfig] [method: MoeGen.MoeConfig] partial class L(int x);")]
    [InlineData("[assembly: MoeGen.MoeConfig] [module: MoeGen.MoeConfig]")]
    [InlineData("[MoeGen.MoeConfig] enum L; [MoeGen.MoeConfig] delegate void M(); [MoeGen.MoeConfig] namespace N;")]
    [InlineData("[MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16)] partial class ;")]
    [InlineData("partial class { [MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16)] partial class L; }")]
    [InlineData("namespace { [MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16)] partial class L; }")]
    [InlineData("[MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16)] partial class L : L;")]
    [InlineData("[MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16)] partial class L : L.M { class M; }")]
    [InlineData("[MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16)] partial class L : Missing<;")]
    [InlineData("partial class A { [MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16)] partial class L; } partial struct A { [MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16)] partial class L; }")]
    [InlineData("partial class A { [MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16)] partial class L; } namespace A { [MoeGen.MoeConfig(Dtype = MoeGen.Dtype.BF16)] partial class L; }")]
    [InlineData("namespace MoeGen { class MoeConfigAttribute : System.Attribute { public string Dtype; public long Stages; } [MoeConfig(Dtype = \"x\", Stages = 1L << 40)] partial class L; }")]
    public async Task Half_typed_and_wrong_input_throws_nothing(string source) => Assert.Empty((await RunAsync(source)).Thrown);

    [Fact]
    public async Task Class_over_several_files_is_one_class()
    {
        Workbench bench = await RunAsync(
            "public partial class L { const string A = \"64\"; }", Config.Replace("64x64", "64x128", StringComparison.Ordinal) + " partial class L;", "partial class L { static string B => A; }");
        Assert.Equal(2, bench.Files.Length);
        Assert.Empty(bench.ErrorList());
    }

    [Fact]
    public async Task Attribute_on_two_parts_counts_once()
    {
        Workbench bench = await RunAsync(Config + " partial class L;", Config + " partial class L;");
        Assert.Equal(2, bench.Files.Length);
        Assert.Equal(["CS0579"], bench.ErrorList().Select(error => error.Id));
    }

    [Fact]
    public async Task Nesting_may_be_deep()
    {
        const int Depth = 60;
        Workbench bench = await RunAsync(
            string.Concat(Enumerable.Range(0, Depth).Select(i => $"partial class OuterTypeNumber{i} {{ ")) + Config + " partial class L;" + new string('}', Depth));
        Assert.Equal(2, bench.Files.Length);
        Assert.Empty(bench.ErrorList());

        // Longer names of files are refused by common file systems.
        Assert.All(bench.Files, file => Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(file.HintName), 1, 255));
    }

    [Fact]
    public async Task Overflow_checks_change_nothing()
    {
        CSharpCompilation compilation = Workbench.Compile([Config + " partial class L;"]);
        Workbench bench = await Workbench.RunAsync(compilation.WithOptions(compilation.Options.WithOverflowChecks(true).WithNullableContextOptions(NullableContextOptions.Disable)));
        Assert.Empty(bench.ErrorList());
    }

    [Fact]
    public async Task Names_that_differ_only_in_case_get_files_that_differ_in_more()
    {
        Workbench bench = await RunAsync($"namespace A {{ {Config} partial class Layer; {Config} partial class LAYER; }} namespace a {{ {Config} partial class Layer; }}");
        Assert.Equal(6, bench.Files.Select(file => file.HintName.ToUpperInvariant()).Distinct().Count());
        Assert.Empty(bench.ErrorList());
        Assert.All(bench.Files, file => Assert.Matches(@"^[Aa]\.(Layer|LAYER)\.[0-9a-f]{8}(\.Cuda)?\.g\.cs$", file.HintName));
    }

    private static async Task<Workbench> RunAsync(params string[] sources)
    {
        CSharpCompilation compilation = Workbench.Compile(sources, CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest));
        Workbench bench = await Workbench.RunAsync(
            compilation.WithOptions(compilation.Options.WithAllowUnsafe(true)), CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest));
        Assert.Empty(bench.Thrown);
        return bench;
    }
}
