extern alias generator;
extern alias runtime;

using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MoeGen.Generators.Tests.Harness;

/// <summary>Compiles a source against the run time and runs the generator on it, as the compiler does.</summary>
internal static class GeneratorHarness
{
    public const string SourcePath = "Source.cs";

    // Documentation is checked too, so that generated members without it show as warnings.
    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Latest, DocumentationMode.Diagnose);

    internal static readonly ImmutableArray<MetadataReference> References = LoadReferences();

    public static GeneratorRun Run(string source)
    {
        CSharpCompilation compilation = Compile(source);
        GeneratorDriver driver = Driver().RunGeneratorsAndUpdateCompilation(compilation, out Compilation output, out _);
        GeneratorDriverRunResult result = driver.GetRunResult();

        // A generator that throws is only a warning to the compiler; here it is a failure.
        Assert.All(result.Results, run => Assert.Null(run.Exception));
        ImmutableArray<Diagnostic> diagnostics =
        [
            .. result.Diagnostics,
            .. output.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning),
        ];
        return new GeneratorRun(source, output, result.Results.Single().GeneratedSources, diagnostics);
    }

    public static GeneratorDriver Driver() => CSharpGeneratorDriver.Create(
        [new generator::MoeGen.Generators.MoeGenerator().AsSourceGenerator()],
        parseOptions: ParseOptions,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    public static SyntaxTree Parse(string source, string path = SourcePath) =>
        CSharpSyntaxTree.ParseText(source, ParseOptions, path, System.Text.Encoding.UTF8);

    public static CSharpCompilation Compile(string source) => CSharpCompilation.Create(
        "Sample",
        [Parse(source)],
        References,
        new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, warningLevel: 9999));

    // The framework's assemblies and the run time, but not the generator, which repeats the run time's enums.
    private static ImmutableArray<MetadataReference> LoadReferences()
    {
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string trusted = (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!;
        return
        [
            .. trusted.Split(Path.PathSeparator)
                .Where(path => Path.GetDirectoryName(path) == framework)
                .Append(typeof(runtime::MoeGen.MoeConfigAttribute).Assembly.Location)
                .Select(path => MetadataReference.CreateFromFile(path)),
        ];
    }
}
