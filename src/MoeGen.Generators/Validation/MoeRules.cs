using MoeGen.Generators.Models;
using MoeGen.Generators.Validation.Rules;

namespace MoeGen.Generators.Validation;

/// <summary>The one list of rules: the generator asks it what to emit, the analyzer what to report.</summary>
internal static class MoeRules
{
    private static readonly Func<MoeDeclaration, IEnumerable<Issue>>[] ErrorRules =
    [
        declaration => ClassRule.Check(declaration.Type),
        ClassNameRule.Check,
        MemberNameRule.Check,
        declaration => DtypeRule.Check(declaration.Settings),
        declaration => EnumRule.Check(declaration.Settings),
        declaration => ManagedOptionRule.Check(declaration.Settings),
        declaration => Int8Rule.Check(declaration.Settings),
        declaration => WeightFormatRule.Check(declaration.Settings),
        CustomGemmRule.Check,
        GemmSignatureRule.Check,
        ForeignGemmOptionRule.Check,
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

    private static readonly Func<MoeDeclaration, IEnumerable<Issue>>[] AdviceRules =
    [
        declaration => PortableTileRule.Check(declaration.Settings),
        declaration => PaddingRule.Check(declaration.Settings),
        PlanRule.Check,
    ];

    /// <summary>What keeps a declaration from having kernels, in the order of the rules; empty where it can be built.</summary>
    public static IReadOnlyList<Issue> Errors(MoeDeclaration declaration) =>
        ErrorRules.SelectMany(rule => rule(declaration)).ToArray();

    /// <summary>The errors; where there are none and the compiler has none about the arguments either, warnings and informations.</summary>
    public static IReadOnlyList<Issue> Check(MoeDeclaration declaration)
    {
        IReadOnlyList<Issue> errors = Errors(declaration);
        return errors.Count > 0 || declaration.Settings.Unreadable
            ? errors
            : AdviceRules.SelectMany(rule => rule(declaration)).ToArray();
    }
}
