using Microsoft.CodeAnalysis;
using MoeGen.Generators.Validation;

namespace MoeGen.Generators.Diagnostics;

/// <content>What is wrong with another argument.</content>
internal static partial class DiagnosticDescriptors
{
    /// <summary>{0}: found; {1}: allowed.</summary>
    public static readonly DiagnosticDescriptor DtypeRequired = new(
        id: RuleIds.DtypeRequired,
        title: "Dtype is not stated",
        messageFormat: "Dtype is {0}; state one of {1}, because the bytes of the weights follow from it and no default would be safe",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.DtypeRequired + ".md");

    /// <summary>{0}: property; {1}: found; {2}: allowed.</summary>
    public static readonly DiagnosticDescriptor UndefinedValue = new(
        id: RuleIds.UndefinedValue,
        title: "Undefined enum value",
        messageFormat: "{0} is {1}, which has no implementation; state one of {2}",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.UndefinedValue + ".md");

    /// <summary>{0}: property; {1}: what makes it idle, and why; {2}: where it has an effect.</summary>
    public static readonly DiagnosticDescriptor OptionWithoutEffect = new(
        id: RuleIds.OptionWithoutEffect,
        title: "Option without effect",
        messageFormat: "{0} has no effect with {1}; leave {0} out, or state {2}",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.OptionWithoutEffect + ".md");

    /// <summary>{0}: found.</summary>
    public static readonly DiagnosticDescriptor NumExpertsOutOfRange = new(
        id: RuleIds.NumExpertsOutOfRange,
        title: "Number of experts out of range",
        messageFormat: "NumExperts is {0}; allowed are 1 to 1024, because routing gives each expert one thread of a block; leave it out to give it at run time",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.NumExpertsOutOfRange + ".md");

    /// <summary>{0}: found; {1}: allowed; {2}: why.</summary>
    public static readonly DiagnosticDescriptor TopKOutOfRange = new(
        id: RuleIds.TopKOutOfRange,
        title: "Experts per token out of range",
        messageFormat: "TopK is {0}; allowed are {1}, because {2}; leave it out to give it at run time",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.TopKOutOfRange + ".md");

    /// <summary>{0}: TopK; {1}: NumExperts; {2}: routing.</summary>
    public static readonly DiagnosticDescriptor TopKExceedsNumExperts = new(
        id: RuleIds.TopKExceedsNumExperts,
        title: "More experts per token than experts",
        messageFormat: "TopK is {0} and NumExperts is {1}; with Routing {2} at most {1} are allowed, because a token's experts are all different (with Preselected ids may repeat)",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.TopKExceedsNumExperts + ".md");

    /// <summary>{0}: property; {1}: found.</summary>
    public static readonly DiagnosticDescriptor UnsupportedSize = new(
        id: RuleIds.UnsupportedSize,
        title: "Unsupported size",
        messageFormat: "{0} is {1}; allowed are multiples of 8 from 8 to 536870912 (2^29), because rows are copied 8 elements (16 bytes) at a time and indexed in 32 bits; leave it out to give it at run time",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.UnsupportedSize + ".md");

    /// <summary>{0}: property; {1}: found; {2}: allowed; {3}: why.</summary>
    public static readonly DiagnosticDescriptor UnsupportedConstant = new(
        id: RuleIds.UnsupportedConstant,
        title: "Unsupported constant of the activation",
        messageFormat: "{0} is {1}; allowed are {2}, because {3}",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.UnsupportedConstant + ".md");

    /// <summary>{0}: property; {1}: found; {2}: what it stands beside; {3}: allowed there; {4}: why.</summary>
    public static readonly DiagnosticDescriptor UnsupportedCombination = new(
        id: RuleIds.UnsupportedCombination,
        title: "Options that cannot go together",
        messageFormat: "{0} is {1} beside {2}; allowed are {3} there, because {4}",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.UnsupportedCombination + ".md");
}
