using System.Globalization;
using MoeGen.Generators.Models;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>Stated sizes of rows must be ones that the kernels can copy and index.</summary>
internal static class SizeRule
{
    /// <summary>Elements of a 16-byte copy.</summary>
    private const int Multiple = 8;

    /// <summary>Indices inside a row are 32-bit, with room for a tile beyond its end.</summary>
    private const int Largest = 1 << 29;

    /// <summary>Checks HiddenSize and IntermediateSize.</summary>
    public static IEnumerable<Issue> Check(MoeSettings settings) =>
        Check(nameof(MoeSettings.HiddenSize), settings.HiddenSize)
            .Concat(Check(nameof(MoeSettings.IntermediateSize), settings.IntermediateSize));

    private static IEnumerable<Issue> Check(string name, int? size)
    {
        if (size is { } found && (found < Multiple || found % Multiple != 0 || found > Largest))
        {
            yield return Issue.Of(RuleIds.UnsupportedSize, name, name, found.ToString(CultureInfo.InvariantCulture));
        }
    }
}
