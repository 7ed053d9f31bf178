using System.Globalization;
using MoeGen.Generators.Models;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>A stated number of experts must be one that the routing kernels can sort by.</summary>
internal static class NumExpertsRule
{
    /// <summary>Most experts: the scan over all of them gives each a thread of one block.</summary>
    public const int Largest = 1024;

    /// <summary>Checks the number by itself.</summary>
    public static IEnumerable<Issue> Check(MoeSettings settings)
    {
        if (settings.NumExperts is { } found && !InRange(found))
        {
            yield return Issue.Of(
                RuleIds.NumExpertsOutOfRange, nameof(MoeSettings.NumExperts), found.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Whether a number of experts passes this rule.</summary>
    public static bool InRange(int numExperts) => numExperts is >= 1 and <= Largest;
}
