using System.Globalization;
using MoeGen.Generators.Models;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>A layer that routes chooses K different experts. Preselected ids may repeat, so that K may exceed E there.</summary>
internal static class RoutedTopKRule
{
    /// <summary>Checks TopK against NumExperts.</summary>
    public static IEnumerable<Issue> Check(MoeSettings settings)
    {
        // Numbers out of range are other rules'; a routing method that is none is EnumRule's.
        if (settings is { TopK: { } topK, NumExperts: { } numExperts, Routing: RoutingMethod.SoftmaxTopK or RoutingMethod.SoftmaxTopKRenormalized }
            && TopKRule.InRange(topK) && NumExpertsRule.InRange(numExperts) && topK > numExperts)
        {
            yield return Issue.Of(
                RuleIds.TopKExceedsNumExperts, nameof(MoeSettings.TopK),
                topK.ToString(CultureInfo.InvariantCulture), numExperts.ToString(CultureInfo.InvariantCulture), settings.Routing.ToString());
        }
    }
}
