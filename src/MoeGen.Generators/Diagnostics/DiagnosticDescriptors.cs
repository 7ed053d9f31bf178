using Microsoft.CodeAnalysis;
using MoeGen.Generators.Validation;

namespace MoeGen.Generators.Diagnostics;

/// <summary>The message of each rule: what was found, what is allowed, and why.</summary>
internal static class DiagnosticDescriptors
{
    private const string Category = "MoeGen.Configuration";

    /// <summary>{0}: found; {1}: allowed.</summary>
    public static readonly DiagnosticDescriptor DtypeRequired = new(
        id: RuleIds.DtypeRequired,
        title: "Dtype is not stated",
        messageFormat: "Dtype is {0}; state one of {1}, because the bytes of the weights follow from it and no default would be safe",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>{0}: property; {1}: found; {2}: allowed.</summary>
    public static readonly DiagnosticDescriptor UndefinedValue = new(
        id: RuleIds.UndefinedValue,
        title: "Undefined enum value",
        messageFormat: "{0} is {1}, which has no implementation; state one of {2}",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>{0}: text; {1}: what is wrong with it.</summary>
    public static readonly DiagnosticDescriptor MalformedTile = new(
        id: RuleIds.MalformedTile,
        title: "Malformed tile",
        messageFormat: "Tile \"{0}\" is not of the form \"MxN\" or \"MxNxK\": {1}; write for instance \"128x128\" or \"64x128x64\", rows x accumulator columns x depth of a stage",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>{0}: text; {1}: M, N or K; {2}: found; {3}: allowed; {4}: why.</summary>
    public static readonly DiagnosticDescriptor UnsupportedTileSize = new(
        id: RuleIds.UnsupportedTileSize,
        title: "Unsupported tile size",
        messageFormat: "Tile \"{0}\" has {1} = {2}; allowed are {3}, because {4}",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>{0}: found.</summary>
    public static readonly DiagnosticDescriptor StagesOutOfRange = new(
        id: RuleIds.StagesOutOfRange,
        title: "Stages out of range",
        messageFormat: "Stages is {0}; allowed are 2 to 8, because one stage is filled while another is read and more than 8 hide no further latency",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>{0}: tile; {1}: stages; {2}: bytes needed; {3}: bytes allowed; {4}: what fits.</summary>
    public static readonly DiagnosticDescriptor SharedMemoryExceeded = new(
        id: RuleIds.SharedMemoryExceeded,
        title: "Tile and stages exceed shared memory",
        messageFormat: "Tile {0} with {1} stages needs {2} bytes of shared memory and a block can have {3} (163 KB); {4}",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>{0}: tile; {1}: accumulators; {2}: registers needed; {3}: registers allowed.</summary>
    public static readonly DiagnosticDescriptor RegistersExceeded = new(
        id: RuleIds.RegistersExceeded,
        title: "Tile exceeds the register file",
        messageFormat: "Tile {0} has {1} accumulators and needs {2} registers with its operands, but a multiprocessor has {3}; choose a smaller tile, at most 128x256 or 256x128",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>{0}: class.</summary>
    public static readonly DiagnosticDescriptor NotPartial = new(
        id: RuleIds.NotPartial,
        title: "Class is not partial",
        messageFormat: "Class '{0}' is not partial; declare it partial, because MoeGen adds the layer to it",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>{0}: class; {1}: containing type.</summary>
    public static readonly DiagnosticDescriptor ContainerNotPartial = new(
        id: RuleIds.ContainerNotPartial,
        title: "Containing type is not partial",
        messageFormat: "Class '{0}' is inside '{1}', which is not partial; declare '{1}' partial too, because the generated half of '{0}' is written inside it",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>{0}: type; {1}: what it is, and why that cannot be.</summary>
    public static readonly DiagnosticDescriptor UnsupportedForm = new(
        id: RuleIds.UnsupportedForm,
        title: "Type cannot be a layer",
        messageFormat: "Type '{0}' is {1}; use a partial class with a name of its own that is none of static, generic, record, file-local or with a primary constructor",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>{0}: class; {1}: base class.</summary>
    public static readonly DiagnosticDescriptor BaseClassTaken = new(
        id: RuleIds.BaseClassTaken,
        title: "Class has a base class already",
        messageFormat: "Class '{0}' derives from '{1}'; remove the base class, because the generated half derives from MoeLayer and a class has one base (interfaces are allowed)",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>{0}: property; {1}: what makes it idle, and why; {2}: where it has an effect.</summary>
    public static readonly DiagnosticDescriptor OptionWithoutEffect = new(
        id: RuleIds.OptionWithoutEffect,
        title: "Option without effect",
        messageFormat: "{0} has no effect with {1}; leave {0} out, or state {2}",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>{0}: found.</summary>
    public static readonly DiagnosticDescriptor NumExpertsOutOfRange = new(
        id: RuleIds.NumExpertsOutOfRange,
        title: "Number of experts out of range",
        messageFormat: "NumExperts is {0}; allowed are 1 to 1024, because routing gives each expert one thread of a block; leave it out to give it at run time",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>{0}: found.</summary>
    public static readonly DiagnosticDescriptor TopKOutOfRange = new(
        id: RuleIds.TopKOutOfRange,
        title: "Experts per token out of range",
        messageFormat: "TopK is {0}; allowed are 1 to 32, because each lane of a warp keeps one of a token's experts; leave it out to give it at run time",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>{0}: TopK; {1}: NumExperts; {2}: routing.</summary>
    public static readonly DiagnosticDescriptor TopKExceedsNumExperts = new(
        id: RuleIds.TopKExceedsNumExperts,
        title: "More experts per token than experts",
        messageFormat: "TopK is {0} and NumExperts is {1}; with Routing {2} at most {1} are allowed, because a token's experts are all different (with Preselected ids may repeat)",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>{0}: property; {1}: found.</summary>
    public static readonly DiagnosticDescriptor UnsupportedSize = new(
        id: RuleIds.UnsupportedSize,
        title: "Unsupported size",
        messageFormat: "{0} is {1}; allowed are multiples of 8 from 8 to 536870912 (2^29), because rows are copied 8 elements (16 bytes) at a time and indexed in 32 bits; leave it out to give it at run time",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>{0}: property; {1}: found; {2}: allowed; {3}: why.</summary>
    public static readonly DiagnosticDescriptor UnsupportedConstant = new(
        id: RuleIds.UnsupportedConstant,
        title: "Unsupported constant of the activation",
        messageFormat: "{0} is {1}; allowed are {2}, because {3}",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <summary>{0}: class.</summary>
    public static readonly DiagnosticDescriptor CustomGemmMissing = new(
        id: RuleIds.CustomGemmMissing,
        title: "Custom GEMM is missing",
        messageFormat: "Gemm is Custom, but '{0}' implements neither 'partial void Gemm1(in GroupedGemmArguments<T, float> arguments, CudaStream stream)' nor 'partial void Gemm2(in GroupedGemmArguments<T, T> arguments, CudaStream stream)'; implement at least one, because the other stays the generated kernel, or leave Gemm out",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true);

    private static readonly Dictionary<string, DiagnosticDescriptor> ById = new[]
    {
        DtypeRequired, UndefinedValue, MalformedTile, UnsupportedTileSize, StagesOutOfRange, SharedMemoryExceeded,
        RegistersExceeded, NotPartial, ContainerNotPartial, UnsupportedForm, BaseClassTaken, OptionWithoutEffect,
        NumExpertsOutOfRange, TopKOutOfRange, TopKExceedsNumExperts, UnsupportedSize, UnsupportedConstant,
        CustomGemmMissing,
    }.ToDictionary(descriptor => descriptor.Id);

    /// <summary>The descriptor of a rule.</summary>
    public static DiagnosticDescriptor Of(string ruleId) => ById[ruleId];
}
