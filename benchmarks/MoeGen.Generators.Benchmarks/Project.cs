extern alias runtime;

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MoeGen.Generators.Benchmarks;

/// <summary>A compilation of annotated classes, one a file, and of one file without.</summary>
internal static class Project
{
    private static readonly string[] Configurations =
    [
        "Dtype = Dtype.BF16",
        "Dtype = Dtype.FP16, Activation = Activation.Geglu, Tile = \"128x128\"",
        "Dtype = Dtype.BF16, Routing = RoutingMethod.SoftmaxTopKRenormalized, NumExperts = 8, TopK = 2, HiddenSize = 4096, IntermediateSize = 14336",
        "Dtype = Dtype.BF16, Activation = Activation.SwigluOai, SwigluLimit = 7, Tile = \"64x128x64\", Stages = 4",
        "Dtype = Dtype.FP32",
    ];

    /// <summary>The compilation.</summary>
    public static CSharpCompilation Create(int classes)
    {
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        IEnumerable<string> references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetDirectoryName(path) == framework)
            .Append(typeof(runtime::MoeGen.MoeConfigAttribute).Assembly.Location);
        return CSharpCompilation.Create(
            "Classes",
            Enumerable.Range(0, classes).Select(i => Parse(Class(i), $"Layer{i}.cs")).Append(Parse(Unrelated(0), "Unrelated.cs")),
            references.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
    }

    /// <summary>The same after a keystroke in the file without annotated classes.</summary>
    public static CSharpCompilation EditUnrelated(CSharpCompilation compilation, int edit) => Replace(compilation, "Unrelated.cs", Unrelated(edit));

    /// <summary>The same after a keystroke in the attribute of the first class.</summary>
    public static CSharpCompilation EditClass(CSharpCompilation compilation, int edit) =>
        Replace(compilation, "Layer0.cs", Class(0).Replace("BF16", $"BF16, TopK = {1 + (edit % 32)}", StringComparison.Ordinal));

    private static CSharpCompilation Replace(CSharpCompilation compilation, string path, string text) =>
        compilation.ReplaceSyntaxTree(compilation.SyntaxTrees.Single(tree => tree.FilePath == path), Parse(text, path));

    private static string Class(int i) =>
        $"using MoeGen;\n\nnamespace Models;\n\n[MoeConfig({Configurations[i % Configurations.Length]})]\npublic partial class Layer{i}\n{{\n    public int Number => {i};\n}}\n";

    private static string Unrelated(int edit) => $"namespace Models;\n\npublic static class Unrelated\n{{\n    public static int Value => {edit};\n}}\n";

    private static SyntaxTree Parse(string text, string path) => CSharpSyntaxTree.ParseText(text, path: path, encoding: System.Text.Encoding.UTF8);
}
