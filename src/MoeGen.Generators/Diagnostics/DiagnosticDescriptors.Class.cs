using Microsoft.CodeAnalysis;
using MoeGen.Generators.Validation;

namespace MoeGen.Generators.Diagnostics;

/// <content>What is wrong with a class, whatever its configuration.</content>
internal static partial class DiagnosticDescriptors
{
    /// <summary>{0}: class.</summary>
    public static readonly DiagnosticDescriptor NotPartial = new(
        id: RuleIds.NotPartial,
        title: "Class is not partial",
        messageFormat: "Class '{0}' is not partial; declare it partial, because MoeGen adds the layer to it",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.NotPartial + ".md");

    /// <summary>{0}: class; {1}: containing type.</summary>
    public static readonly DiagnosticDescriptor ContainerNotPartial = new(
        id: RuleIds.ContainerNotPartial,
        title: "Containing type is not partial",
        messageFormat: "Class '{0}' is inside '{1}', which is not partial; declare '{1}' partial too, because the generated half of '{0}' is written inside it",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.ContainerNotPartial + ".md");

    /// <summary>{0}: type; {1}: what it is, and why that cannot be.</summary>
    public static readonly DiagnosticDescriptor UnsupportedForm = new(
        id: RuleIds.UnsupportedForm,
        title: "Type cannot be a layer",
        messageFormat: "Type '{0}' is {1}; use a partial class with a name of its own that is none of static, generic, record, file-local or with a primary constructor",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.UnsupportedForm + ".md");

    /// <summary>{0}: class; {1}: base class.</summary>
    public static readonly DiagnosticDescriptor BaseClassTaken = new(
        id: RuleIds.BaseClassTaken,
        title: "Class has a base class already",
        messageFormat: "Class '{0}' derives from '{1}'; remove the base class, because the generated half derives from MoeLayer and a class has one base (interfaces are allowed)",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.BaseClassTaken + ".md");

    /// <summary>{0}: class.</summary>
    public static readonly DiagnosticDescriptor CustomGemmMissing = new(
        id: RuleIds.CustomGemmMissing,
        title: "Custom GEMM is missing",
        messageFormat: "Gemm is Custom, but '{0}' implements neither 'partial void Gemm1(in GroupedGemmArguments<T, float> arguments, CudaStream stream)' nor 'partial void Gemm2(in GroupedGemmArguments<T, T> arguments, CudaStream stream)'; implement at least one, because the other stays the generated kernel, or leave Gemm out",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.CustomGemmMissing + ".md");

    /// <summary>{0}: found; {1}: allowed.</summary>
    public static readonly DiagnosticDescriptor GemmSignature = new(
        id: RuleIds.GemmSignature,
        title: "Custom GEMM with another signature",
        messageFormat: "'{0}' does not implement the GEMM that Gemm = Custom declares; allowed is '{1}', because a method of another signature would never be called",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.GemmSignature + ".md");

    /// <summary>{0}: class; {1}: member.</summary>
    public static readonly DiagnosticDescriptor MemberNameTaken = new(
        id: RuleIds.MemberNameTaken,
        title: "Member with the name of a generated one",
        messageFormat: "Class '{0}' has a member '{1}', and MoeGen adds one of that name to it; rename yours, because in C# two members of a class do not share a name",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.MemberNameTaken + ".md");
}
