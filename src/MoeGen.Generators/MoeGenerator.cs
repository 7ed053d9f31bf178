using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MoeGen.Generators.Diagnostics;
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
    private const string AttributeName = "MoeGen.MoeConfigAttribute";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<ParsedMoe> parsed = context.SyntaxProvider
            .ForAttributeWithMetadataName(AttributeName, static (node, _) => node is TypeDeclarationSyntax, MoeParser.Parse)
            .WithTrackingName(StepNames.Parse)
            .Where(static moe => moe is not null)
            .Select(static (moe, _) => moe!);

        // Places in files part from the declaration here: an edit that only moves a class ends at this step.
        IncrementalValuesProvider<MoeModel> models = parsed
            .Select(static (moe, _) => moe.Declaration)
            .Select(static (declaration, _) => MoePlanner.Plan(declaration))
            .WithTrackingName(StepNames.Plan);

        IncrementalValuesProvider<GeneratedFiles> files = models
            .Select(static (model, _) => FileEmitter.Emit(model))
            .WithTrackingName(StepNames.Emit);

        context.RegisterSourceOutput(files, static (output, file) =>
        {
            Add(output, $"{file.HintName}.g.cs", file.Surface);
            Add(output, $"{file.HintName}.Cuda.g.cs", file.Cuda);
        });
        context.RegisterSourceOutput(parsed, static (output, moe) =>
        {
            foreach (Diagnostic diagnostic in DiagnosticFactory.Create(moe))
            {
                output.ReportDiagnostic(diagnostic);
            }
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
