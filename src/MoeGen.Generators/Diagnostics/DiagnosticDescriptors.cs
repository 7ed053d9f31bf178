using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace MoeGen.Generators.Diagnostics;

/// <summary>The message of each rule: what was found, what is allowed, and why.</summary>
internal static partial class DiagnosticDescriptors
{
    private const string Category = "MoeGen.Configuration";

    // One page a rule: docs/diagnostics of the repository.
    private const string Pages = "https://github.com/moegen/moegen/blob/main/docs/diagnostics/";

    // Lazy, because the fields of the other files are not set yet while those of this one are.
    private static readonly Lazy<ImmutableArray<DiagnosticDescriptor>> InOrder = new(List);

    /// <summary>All of them, by id.</summary>
    public static ImmutableArray<DiagnosticDescriptor> All => InOrder.Value;

    /// <summary>The descriptor of a rule.</summary>
    public static DiagnosticDescriptor Of(string ruleId) => All.Single(descriptor => descriptor.Id == ruleId);

    private static ImmutableArray<DiagnosticDescriptor> List() => ImmutableArray.Create(
    [
        DtypeRequired, UndefinedValue, MalformedTile, UnsupportedTileSize, StagesOutOfRange, SharedMemoryExceeded,
        RegistersExceeded, NotPartial, ContainerNotPartial, UnsupportedForm, BaseClassTaken, OptionWithoutEffect,
        NumExpertsOutOfRange, TopKOutOfRange, TopKExceedsNumExperts, UnsupportedSize, UnsupportedConstant,
        CustomGemmMissing, GemmSignature, TileNotPortable, Padding, Plan, MemberNameTaken, UnsupportedCombination,
    ]);
}
