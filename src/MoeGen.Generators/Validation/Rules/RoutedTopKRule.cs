using System.Globalization;
using MoeGen.Generators.Models;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>A layer that routes chooses K different experts, as many as its method can. Preselected ids may repeat, so that K may exceed E there.</summary>
internal static class RoutedTopKRule
{
    /// <summary>Checks TopK against NumExperts and Routing.</summary>
    public static IEnumerable<Issue> Check(MoeSettings settings)
    {
        // Numbers out of range are other rules'; a routing method that is none is EnumRule's.
        if (settings is not { TopK: { } topK, Routing: { } routing } || !TopKRule.InRange(topK)
            || routing == RoutingMethod.Preselected || !Enum.IsDefined(typeof(RoutingMethod), routing))
        {
            yield break;
        }

        if (routing == RoutingMethod.SparseMixer && topK != 2)
        {
            yield return Issue.Of(
                RuleIds.TopKOutOfRange, nameof(MoeSettings.TopK),
                topK.ToString(CultureInfo.InvariantCulture), "2 with Routing SparseMixer", "it chooses one expert in each of two rounds");
        }

        if (settings.NumExperts is { } numExperts && NumExpertsRule.InRange(numExperts) && topK > numExperts)
        {
            yield return Issue.Of(
                RuleIds.TopKExceedsNumExperts, nameof(MoeSettings.TopK),
                topK.ToString(CultureInfo.InvariantCulture), numExperts.ToString(CultureInfo.InvariantCulture), routing.ToString());
        }
    }
}
