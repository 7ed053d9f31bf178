extern alias generator;

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Testing;
using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests.CodeFixes;

/// <summary>
/// Applies a fix to a source with markup, one diagnostic after the other and all of them at once in document, project and solution,
/// and compares what comes out. What comes out must compile, together with what the generator then makes of it.
/// </summary>
internal sealed class FixTest<TFix> : CSharpCodeFixTest<generator::MoeGen.Generators.MoeConfigAnalyzer, TFix, DefaultVerifier>
    where TFix : CodeFixProvider, new()
{
    private FixTest()
    {
        ReferenceAssemblies = new ReferenceAssemblies("net10.0");
        TestState.AdditionalReferences.AddRange(GeneratorHarness.References);
        TestBehaviors = TestBehaviors.SkipGeneratedSourcesCheck;

        // Every right class has its plan told.
        DisabledDiagnostics.Add("MOE022");
    }

    /// <param name="marked">Source with <c>{|MOE005:Stages = 9|}</c> around each place.</param>
    /// <param name="expected">The source that all fixes lead to.</param>
    /// <param name="key">Key of the offer, where there are several.</param>
    /// <param name="index">Its index.</param>
    public static Task Run(string marked, string expected, string? key = null, int? index = null)
    {
        FixTest<TFix> test = new() { TestCode = marked, FixedCode = expected, CodeActionEquivalenceKey = key, CodeActionIndex = index };
        return test.RunAsync(CancellationToken.None);
    }

    /// <summary>The same for several documents.</summary>
    public static Task Run(params (string Marked, string Expected)[] documents)
    {
        FixTest<TFix> test = new();
        foreach ((string marked, string expected) in documents)
        {
            test.TestState.Sources.Add(marked);
            test.FixedState.Sources.Add(expected);
        }

        return test.RunAsync(CancellationToken.None);
    }

    protected override IEnumerable<Type> GetSourceGenerators() => [typeof(generator::MoeGen.Generators.MoeGenerator)];

    protected override CompilationOptions CreateCompilationOptions() =>
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable);

    protected override ParseOptions CreateParseOptions() => new CSharpParseOptions(LanguageVersion.Latest, DocumentationMode.None);
}
