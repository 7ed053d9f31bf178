using Microsoft.CodeAnalysis;
using MoeGen.Generators.Validation;

namespace MoeGen.Generators.Diagnostics;

/// <content>What a declaration that can be built is told.</content>
internal static partial class DiagnosticDescriptors
{
    /// <summary>{0}: tile; {1}: stages; {2}: bytes needed; {3}: bytes allowed; {4}: what fits.</summary>
    public static readonly DiagnosticDescriptor TileNotPortable = new(
        id: RuleIds.TileNotPortable,
        title: "Tile beyond the shared memory of some GPUs",
        messageFormat: "Tile {0} with {1} stages needs {2} bytes of shared memory, but a block can have {3} (99 KB) on compute capability 8.6, 8.9 and 12.x, which will refuse the layer because a pinned tile is its only one; {4}",
        category: Category, defaultSeverity: DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.TileNotPortable + ".md");

    /// <summary>{0}: tile; {1}: elements covered; {2}: columns or depth of a GEMM; {3}: property; {4}: size; {5}: percent; {6}: what leaves less.</summary>
    public static readonly DiagnosticDescriptor Padding = new(
        id: RuleIds.Padding,
        title: "Tile that is padding for a large part",
        messageFormat: "Tile {0} covers {1} {2} and {3} is {4}, so {5}% of these products are padding; {6}",
        category: Category, defaultSeverity: DiagnosticSeverity.Info, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.Padding + ".md");

    /// <summary>{0}: class; {1}: configuration; {2}: tiles and kernels.</summary>
    public static readonly DiagnosticDescriptor Plan = new(
        id: RuleIds.Plan,
        title: "Plan of a layer",
        messageFormat: "Layer '{0}' is {1}: {2}",
        category: Category, defaultSeverity: DiagnosticSeverity.Info, isEnabledByDefault: true,
        helpLinkUri: Pages + RuleIds.Plan + ".md");
}
