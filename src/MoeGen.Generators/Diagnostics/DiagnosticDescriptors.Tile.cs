using Microsoft.CodeAnalysis;
using MoeGen.Generators.Validation;

namespace MoeGen.Generators.Diagnostics;

/// <content>What is wrong with tile and stages.</content>
internal static partial class DiagnosticDescriptors
{
    /// <summary>{0}: text; {1}: what is wrong with it.</summary>
    public static readonly DiagnosticDescriptor MalformedTile = new(
        id: RuleIds.MalformedTile,
        title: "Malformed tile",
        messageFormat: "Tile \"{0}\" is not of the form \"MxN\" or \"MxNxK\": {1}; write for instance \"128x128\" or \"64x128x64\", rows x accumulator columns x depth of a stage",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.MalformedTile + ".md");

    /// <summary>{0}: text; {1}: M, N or K; {2}: found; {3}: allowed; {4}: why.</summary>
    public static readonly DiagnosticDescriptor UnsupportedTileSize = new(
        id: RuleIds.UnsupportedTileSize,
        title: "Unsupported tile size",
        messageFormat: "Tile \"{0}\" has {1} = {2}; allowed are {3}, because {4}",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.UnsupportedTileSize + ".md");

    /// <summary>{0}: found.</summary>
    public static readonly DiagnosticDescriptor StagesOutOfRange = new(
        id: RuleIds.StagesOutOfRange,
        title: "Stages out of range",
        messageFormat: "Stages is {0}; allowed are 2 to 8, because one stage is filled while another is read and more than 8 hide no further latency",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.StagesOutOfRange + ".md");

    /// <summary>{0}: tile; {1}: stages; {2}: bytes needed; {3}: bytes allowed; {4}: what fits.</summary>
    public static readonly DiagnosticDescriptor SharedMemoryExceeded = new(
        id: RuleIds.SharedMemoryExceeded,
        title: "Tile and stages exceed shared memory",
        messageFormat: "Tile {0} with {1} stages needs {2} bytes of shared memory and a block can have {3} (163 KB) on sm_80, for which the kernels are written; {4}",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.SharedMemoryExceeded + ".md");

    /// <summary>{0}: tile; {1}: accumulators; {2}: registers needed; {3}: registers allowed.</summary>
    public static readonly DiagnosticDescriptor RegistersExceeded = new(
        id: RuleIds.RegistersExceeded,
        title: "Tile exceeds the register file",
        messageFormat: "Tile {0} has {1} accumulators and needs {2} registers with its operands, but a multiprocessor has {3}; choose a smaller tile, at most 128x256 or 256x128",
        category: Category, defaultSeverity: DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.RegistersExceeded + ".md");
}
