using System.Globalization;
using MoeGen.Generators.Models;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>A stated number of experts per token must be one that a warp can choose.</summary>
internal static class TopKRule
{
    /// <summary>Most experts per token: each lane of a warp keeps one choice.</summary>
    public const int Largest = 32;

    /// <summary>Checks the number by itself.</summary>
    public static IEnumerable<Issue> Check(MoeSettings settings)
    {
        if (settings.TopK is { } found && !InRange(found))
        {
            yield return Issue.Of(
                RuleIds.TopKOutOfRange, nameof(MoeSettings.TopK),
                found.ToString(CultureInfo.InvariantCulture), $"1 to {Largest}", "each lane of a warp keeps one of a token's experts");
        }
    }

    /// <summary>Whether a number of experts per token passes this rule.</summary>
    public static bool InRange(int topK) => topK is >= 1 and <= Largest;
}
