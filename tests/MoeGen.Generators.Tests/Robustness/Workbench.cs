using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests.Robustness;

/// <summary>
/// Runs the generator and every analyzer of its assembly on files of any kind, right or wrong, as an editor does. Beside the run
/// time there is a library with constants, some of them visible to this compilation only because the library says so.
/// </summary>
internal sealed class Workbench
{
    private const string Library = """
        using MoeGen;

        [assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Sample")]

        public static class Far
        {
            public const string Tile = "64x64";
            public const int Stages = 3;
            public const float Limit = 2.5f;
            public const Dtype Type = Dtype.FP16;
            internal const string Hidden = "32x64";
        }

        namespace @public.Deep { public static class @class { public const int @int = 8; } }
        """;

    private static readonly CSharpCompilation Empty = CreateEmpty();

    private readonly List<Exception> _thrown = [];

    public static IReadOnlyList<DiagnosticAnalyzer> Analyzers { get; } = typeof(MoeGenerator).Assembly.GetTypes()
        .Where(type => !type.IsAbstract && type.IsDefined(typeof(DiagnosticAnalyzerAttribute), inherit: false))
        .Select(type => (DiagnosticAnalyzer)Activator.CreateInstance(type)!)
        .ToArray();

    /// <summary>What generator or analyzers threw; empty where all is well.</summary>
    public IReadOnlyList<Exception> Thrown => _thrown;

    /// <summary>What the generator added.</summary>
    public ImmutableArray<GeneratedSourceResult> Files { get; private set; } = [];

    /// <summary>The input with what the generator added.</summary>
    public Compilation Output { get; private set; } = Empty;

    /// <summary>What generator and analyzers report, not the compiler.</summary>
    public ImmutableArray<Diagnostic> Own { get; private set; } = [];

    public static CSharpCompilation Compile(IEnumerable<string> sources, CSharpParseOptions? parse = null, CSharpCompilationOptions? options = null) => Empty
        .WithOptions(options ?? Empty.Options)
        .AddSyntaxTrees(sources.Select((source, i) => CSharpSyntaxTree.ParseText(source, parse ?? CSharpParseOptions.Default, $"Source{i}.cs", System.Text.Encoding.UTF8)));

    public static async Task<Workbench> RunAsync(CSharpCompilation input, CSharpParseOptions? parse = null)
    {
        Workbench bench = new();
        GeneratorDriver driver = CSharpGeneratorDriver.Create([new MoeGenerator().AsSourceGenerator()], parseOptions: parse ?? CSharpParseOptions.Default)
            .RunGeneratorsAndUpdateCompilation(input, out Compilation output, out ImmutableArray<Diagnostic> reported);
        GeneratorRunResult result = driver.GetRunResult().Results.Single();
        if (result.Exception is not null)
        {
            bench._thrown.Add(result.Exception);
        }

        (bench.Output, bench.Own, bench.Files) = (output, reported, result.GeneratedSources.IsDefault ? [] : result.GeneratedSources);
        if (Analyzers.Count > 0)
        {
            CompilationWithAnalyzersOptions options = new(
                new AnalyzerOptions([]), (exception, _, _) => bench.Add(exception), concurrentAnalysis: false, logAnalyzerExecutionTime: false);
            bench.Own = [.. bench.Own, .. await output.WithAnalyzers([.. Analyzers], options).GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken)];
        }

        return bench;
    }

    /// <summary>Everything that would be in the error list.</summary>
    public IEnumerable<Diagnostic> ErrorList() => Output.GetDiagnostics().Concat(Own).Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

    private void Add(Exception exception)
    {
        lock (_thrown)
        {
            _thrown.Add(exception);
        }
    }

    private static CSharpCompilation CreateEmpty()
    {
        CSharpCompilation references = GeneratorHarness.Compile("");
        MemoryStream image = new();
        Assert.True(CSharpCompilation.Create("Library", [CSharpSyntaxTree.ParseText(Library)], references.References, references.Options).Emit(image).Success);
        return references.RemoveAllSyntaxTrees().AddReferences(MetadataReference.CreateFromImage(image.ToArray()));
    }
}
