using System.Globalization;
using MoeGen.Generators.Models;
using MoeGen.Generators.Planning;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>Stages have a range of their own, whatever the tile.</summary>
internal static class StagesRule
{
    /// <summary>Checks the stages by themselves.</summary>
    public static IEnumerable<Issue> Check(MoeSettings settings)
    {
        // ManagedOptionRule reports all stages of an FP32 layer, right or wrong.
        if (settings is { Stages: { } stages, Dtype: not Dtype.FP32 } && !InRange(stages))
        {
            yield return Issue.Of(RuleIds.StagesOutOfRange, nameof(MoeSettings.Stages), stages.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Whether a number of stages passes this rule.</summary>
    public static bool InRange(int stages) => stages is >= TilePlanner.MinStages and <= TilePlanner.MaxStages;
}
