using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MoeGen.Generators.Emit;
using MoeGen.Generators.Models;
using MoeGen.Generators.Parsing;
using MoeGen.Generators.Planning;

namespace MoeGen.Generators;

/// <summary>
/// Turns each class with <c>[MoeConfig]</c> into a Mixture-of-Experts layer. Wiring only:
/// Parsing -> Models -> Validation -> Planning -> Emit, in the folders of these names.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class MoeGenerator : IIncrementalGenerator
{
    /// <summary>Metadata name of the attribute.</summary>
    internal const string AttributeName = "MoeGen.MoeConfigAttribute";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        // Nothing here knows a place in a file, so an edit that only moves a class ends at the first step. What is wrong with a
        // declaration MoeConfigAnalyzer reports.
        IncrementalValuesProvider<MoeModel> models = context.SyntaxProvider
            .ForAttributeWithMetadataName(AttributeName, static (node, _) => node is TypeDeclarationSyntax, MoeParser.Parse)
            .WithTrackingName(StepNames.Parse)
            .Where(static declaration => declaration is not null)
            .Select(static (declaration, _) => MoePlanner.Plan(declaration!))
            .WithTrackingName(StepNames.Plan);

        IncrementalValuesProvider<GeneratedFiles> files = models
            .Select(static (model, _) => FileEmitter.Emit(model))
            .WithTrackingName(StepNames.Emit);

        context.RegisterSourceOutput(files, static (output, file) =>
        {
            Add(output, $"{file.HintName}.g.cs", file.Surface);
            Add(output, $"{file.HintName}.Cuda.g.cs", file.Cuda);
        });
    }

    private static void Add(SourceProductionContext output, string name, string? text)
    {
        if (text is not null)
        {
            output.AddSource(name, text);
        }
    }
}
