using MoeGen.Generators.Models;
using MoeGen.Generators.Validation.Rules;

namespace MoeGen.Generators.Validation;

/// <summary>The one list of rules. What it finds decides both what is reported and what is emitted.</summary>
internal static class MoeRules
{
    private static readonly Func<MoeDeclaration, IEnumerable<Issue>>[] All =
    [
        declaration => ClassRule.Check(declaration.Type),
        ClassNameRule.Check,
        declaration => DtypeRule.Check(declaration.Settings),
        declaration => EnumRule.Check(declaration.Settings),
        declaration => ManagedOptionRule.Check(declaration.Settings),
        CustomGemmRule.Check,
        declaration => CublasOptionRule.Check(declaration.Settings),
        declaration => TileRule.Check(declaration.Settings),
        declaration => StagesRule.Check(declaration.Settings),
        declaration => BudgetRule.Check(declaration.Settings),
        declaration => NumExpertsRule.Check(declaration.Settings),
        declaration => TopKRule.Check(declaration.Settings),
        declaration => RoutedTopKRule.Check(declaration.Settings),
        declaration => SizeRule.Check(declaration.Settings),
        declaration => ActivationOptionRule.Check(declaration.Settings),
        declaration => SwigluConstantRule.Check(declaration.Settings),
    ];

    /// <summary>Every issue of a declaration, in the order of the rules; empty where it can be built.</summary>
    public static IReadOnlyList<Issue> Check(MoeDeclaration declaration) =>
        All.SelectMany(rule => rule(declaration)).ToArray();
}
