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
            int nearest = Math.Max(TilePlanner.MinStages, Math.Min(stages, Largest(settings)));
            yield return Issue.Of(RuleIds.StagesOutOfRange, nameof(MoeSettings.Stages), stages.ToString(CultureInfo.InvariantCulture)) with
            {
                Suggestion = new Suggestion(nameof(MoeSettings.Stages), nearest.ToString(CultureInfo.InvariantCulture)),
            };
        }
    }

    /// <summary>Whether a number of stages passes this rule.</summary>
    public static bool InRange(int stages) => stages is >= TilePlanner.MinStages and <= TilePlanner.MaxStages;

    /// <summary>The stages that are stated, where they pass this rule.</summary>
    public static int? Valid(MoeSettings settings) => settings.Stages is { } stages && InRange(stages) ? stages : null;

    // The last of the ladder is the largest: the stages that it allows, every tile allows.
    private static int Largest(MoeSettings settings) =>
        TileAdvice.LargestStages(TileRule.Pinned(settings) ?? TilePlanner.LadderOf(settings.Operands).Last(step => step.IsPortable).Shape, settings.Operands);
}
