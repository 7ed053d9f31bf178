using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MoeGen.Generators.Tests.Robustness;

/// <summary>One mutated input: one to three files, and how they are compiled. The same seed gives the same input everywhere.</summary>
internal sealed record FuzzInput(int Seed, IReadOnlyList<string> Sources, LanguageVersion Language, CSharpCompilationOptions Options)
{
    private static readonly string[] Values =
    [
        "MoeGen.Dtype.BF16", "MoeGen.Dtype.FP16", "MoeGen.Dtype.FP32", "(MoeGen.Dtype)99", "MoeGen.Activation.SwigluOai", "MoeGen.Activation.Relu", "(MoeGen.Activation)(-1)",
        "MoeGen.Gemm.Custom", "MoeGen.Gemm.Cublas", "MoeGen.RoutingMethod.SoftmaxTopK", "\"128x128\"", "\"64x64x32\"", "\"\"", "\"x\"", "\"99999999999x1\"", "\"-1x0\"", "\"64 x 64\"", "\"٦٤x64\"",
        "null", "default", "0", "-1", "8", "2048", "int.MaxValue", "int.MinValue", "1 / 0", "checked(int.MaxValue + 1)", "1.5f", "float.NaN", "float.PositiveInfinity", "-0f", "1e-45f", "3.4e38f",
        "nameof(Far)", "nameof(", "Far.Tile", "Far.Stages", "Far.Type", "Far.Limit", "Far.Hidden", "Far.Missing", "@public.Deep.@class.@int", "L.A", "typeof(L)", "new[] { 1 }", "\"\\uD800\"", "(string)null",
    ];

    private static readonly string[] Names =
    [
        "Dtype", "Activation", "Tile", "Stages", "Routing", "Gemm", "SwigluAlpha", "SwigluBeta", "SwigluLimit", "NumExperts", "TopK", "HiddenSize", "IntermediateSize", "Nonsense", "@Tile", "",
    ];

    // Nothing is wrong with these, so that some inputs are right as a whole.
    private static readonly string[] RightArguments =
    [
        "", "", ", Tile = Far.Tile", ", Stages = Far.Stages", ", TopK = @public.Deep.@class.@int", ", Activation = MoeGen.Activation.SwigluStep, SwigluLimit = Far.Limit", ", Tile = Far.Hidden",
        ", Gemm = MoeGen.Gemm.Cublas", ", Routing = MoeGen.RoutingMethod.SoftmaxTopK, NumExperts = 8 * 8", ", HiddenSize = checked(512 * 8), IntermediateSize = 14336", ", Tile = nameof(Far) + \"\" == \"Far\" ? \"64x128\" : \"\"",
    ];

    private static readonly string[] TypeNames =
    [
        "L", "L", "L", "@class", "@int", "Größe", "専門", "_", "Descriptor", "Launchers", "Gemm1", "l", "Layer_1", "field", "record", "await", "MoeGen", "System",
    ];

    private static readonly string[] Kinds =
    [
        "partial class", "partial class", "partial class", "partial class", "class", "sealed partial class", "static partial class", "abstract partial class", "unsafe partial class", "file partial class",
        "partial record", "partial record struct", "partial struct", "partial interface", "ref partial struct", "enum", "public partial class", "private protected partial class", "partial",
    ];

    private static readonly string[] Tails =
    [
        ";", ";", "{ }", "{ const string A = \"64x64\"; }", "<T>;", "(int x);", " : System.Exception;", " : System.IDisposable { public void Dispose() { } }", " : L;", " : Missing<",
        "{ partial void Gemm1(in MoeGen.GroupedGemmArguments<System.Half, float> a, MoeGen.CudaStream s) { } }", "{ void Gemm2() => throw null; int Descriptor; }", "{ class Launchers; }", "{ L() { } ~L() { } }",
    ];

    private static readonly string[] Tokens =
    [
        "[", "]", "(", ")", "{", "}", "<", ">", ",", ";", "=", ":", "::", ".", "\"", "\"\"\"", "'", "@", "\\u0041", "\\", "/*", "*/", "//", "#if X\n", "#endif\n", "#nullable disable\n", "#line 3 \"y.cs\"\n",
        "\n", "\r\n", "\u2028", "\0", "\uFEFF", "\uD800", "partial ", "class ", "record ", "file ", "unsafe ", "checked(", "unchecked(", "nameof(", "namespace A.B;", "namespace A { ", "using MoeGen; ", "global::", "assembly: ", "return: ",
        "[MoeGen.MoeConfig]", "MoeGen.", "Dtype = ", "0x", "1e999f", "$\"", "where T : class", "=> ", "?", "!", "extern alias e;", "await ", "ref ", "𝔸",
    ];

    public static FuzzInput Create(int seed)
    {
        Random random = new(seed);
        List<string> sources = [];
        int files = random.Next(4) == 0 ? random.Next(2, 4) : 1;
        for (int i = 0; i < files; i++)
        {
            sources.Add(Mutate(random, Source(random)));
        }

        LanguageVersion language = Pick(random, LanguageVersion.Latest, LanguageVersion.Latest, LanguageVersion.Preview, LanguageVersion.CSharp10, LanguageVersion.CSharp8, LanguageVersion.CSharp1);
        CSharpCompilationOptions options = new(
            OutputKind.DynamicallyLinkedLibrary, allowUnsafe: random.Next(2) == 0, checkOverflow: random.Next(2) == 0,
            nullableContextOptions: language >= LanguageVersion.CSharp8 && random.Next(2) == 0 ? NullableContextOptions.Enable : NullableContextOptions.Disable);
        return new FuzzInput(seed, sources, language, options);
    }

    /// <summary>What a failure shows.</summary>
    public override string ToString() => $"seed {Seed}, C# {Language}\n" + string.Join("\n---- next file ----\n", Sources);

    private static string Source(Random random)
    {
        if (random.Next(8) == 0)
        {
            string right = $"[MoeGen.MoeConfig(Dtype = MoeGen.Dtype.FP16{Pick(random, RightArguments)})] partial class {TypeNames[random.Next(8)]}{Tails[random.Next(4)]}";
            return random.Next(2) == 0 ? right : $"namespace A.{TypeNames[random.Next(8)]} {{ partial struct {TypeNames[random.Next(8)]} {{ {right} }} }}";
        }

        string type = $"{Attribute(random)}{(random.Next(8) == 0 ? Attribute(random) : "")} {Pick(random, Kinds)} {Pick(random, TypeNames)}{Pick(random, Tails)}";
        for (int depth = random.Next(3) == 0 ? random.Next(1, 12) : 0; depth > 0; depth--)
        {
            type = $"{Pick(random, Kinds)} {Pick(random, TypeNames)}{(random.Next(10) == 0 ? "<T>" : "")} {{ {type} }}";
        }

        return random.Next(5) switch
        {
            0 => $"namespace A.{Pick(random, TypeNames)}; {type}",
            1 => $"namespace A {{ namespace {Pick(random, TypeNames)} {{ {type} }} {type} }}",
            2 => $"using MoeGen; #nullable enable\n{type} {type}",
            _ => type,
        };
    }

    private static string Attribute(Random random)
    {
        string arguments = string.Join(", ", Enumerable.Range(0, random.Next(6)).Select(_ => $"{Pick(random, Names)} = {Pick(random, Values)}"));
        return random.Next(3) == 0
            ? $"[MoeGen.MoeConfig({arguments})]"
            : $"[MoeGen.MoeConfig(Dtype = {Values[random.Next(3)]}{(arguments.Length > 0 ? ", " : "")}{arguments})]";
    }

    private static string Mutate(Random random, string text)
    {
        for (int edits = random.Next(5); edits > 0 && text.Length > 0; edits--)
        {
            int at = random.Next(text.Length), length = random.Next(Math.Min(20, text.Length - at) + 1);
            text = random.Next(6) switch
            {
                0 => text.Remove(at, length),
                1 => text.Insert(at, text.Substring(at, length)),
                2 => text.Insert(random.Next(text.Length), text.Substring(at, length)),
                3 when random.Next(3) == 0 => text[..at],
                4 => text.Insert(at, ((char)random.Next(32, 0x500)).ToString()),
                _ => text.Insert(at, Pick(random, Tokens)),
            };
        }

        return text;
    }

    private static T Pick<T>(Random random, params T[] from) => from[random.Next(from.Length)];
}
