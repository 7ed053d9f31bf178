using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using MoeGen.Generators.Diagnostics;
using MoeGen.Generators.Models;
using MoeGen.Generators.Parsing;
using MoeGen.Generators.Validation;

namespace MoeGen.Generators;

/// <summary>
/// Reports what <see cref="MoeRules"/> finds in a class with <c>[MoeConfig]</c>, at the argument or the part of the declaration
/// that it is about. A project without the attribute pays for one look-up of its name.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MoeConfigAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => DiagnosticDescriptors.All;

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            // Several assemblies may have a type of this name; the generator goes by the name too.
            ImmutableArray<INamedTypeSymbol> attributes = start.Compilation.GetTypesByMetadataName(MoeGenerator.AttributeName);
            if (!attributes.IsEmpty)
            {
                start.RegisterSymbolAction(symbol => Analyze(symbol, attributes), SymbolKind.NamedType);
            }
        });
    }

    private static void Analyze(SymbolAnalysisContext context, ImmutableArray<INamedTypeSymbol> attributes)
    {
        INamedTypeSymbol type = (INamedTypeSymbol)context.Symbol;

        // Of several attributes, which is an error of its own, the first counts.
        AttributeData? data = type.GetAttributes().FirstOrDefault(
            candidate => candidate.AttributeClass is { } found && attributes.Contains(found, SymbolEqualityComparer.Default));
        if (data is null
            || MoeParser.SyntaxOf(data, context.CancellationToken) is not { } attribute
            || attribute.Parent?.Parent is not TypeDeclarationSyntax declaration)
        {
            return;
        }

        MoeDeclaration declared = MoeParser.Read(type, declaration, data, attribute, context.CancellationToken);
        foreach (Issue issue in MoeRules.Check(declared))
        {
            Location location = PlaceLocator.Find(issue.Place, type, declaration, attribute, context.CancellationToken);
            context.ReportDiagnostic(DiagnosticFactory.Create(issue, location));
        }
    }
}
