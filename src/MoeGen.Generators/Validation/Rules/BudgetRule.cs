using System.Globalization;
using MoeGen.Generators.Models;
using MoeGen.Generators.Planning;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>Tile and stages together must fit a multiprocessor.</summary>
internal static class BudgetRule
{
    /// <summary>Checks the pinned tile, or with stages alone every tile of the ladder that no GPU goes without.</summary>
    public static IEnumerable<Issue> Check(MoeSettings settings)
    {
        TileShape? pinned = TileRule.Pinned(settings);
        if (settings.Dtype == Dtype.FP32 || (settings.Tile is not null && pinned is null))
        {
            return [];
        }

        // Stages out of range are another rule's; the tile is still checked, for its registers.
        int? stages = StagesRule.Valid(settings);
        IEnumerable<TileShape> tiles = pinned is { } tile
            ? [tile]
            : TilePlanner.LadderOf(settings.Operands).Where(step => step.IsPortable).Select(step => step.Shape);

        // The last of the ladder is the largest: the stages that it allows, every tile allows.
        return tiles.Reverse().SelectMany(candidate => Describe(settings, candidate, TilePlanner.Plan(candidate, stages, settings.Operands))).Take(1);
    }

    private static IEnumerable<Issue> Describe(MoeSettings settings, TileShape tile, PlanOutcome outcome)
    {
        switch (outcome)
        {
            case PlanOutcome.TooMuchSharedMemory memory:
                // With fewer stages the tile fits, or it never does.
                bool stagesAreTooMany = memory.LargestStages >= TilePlanner.MinStages;
                Suggestion suggestion = stagesAreTooMany
                    ? new Suggestion(nameof(MoeSettings.Stages), Text(memory.LargestStages))
                    : TileRule.Nearest(settings, tile);
                string advice = stagesAreTooMany
                    ? $"at most {memory.LargestStages} stages fit this tile"
                    : $"not even {TilePlanner.MinStages} stages fit this tile, and the nearest that fits is {suggestion.Value}";
                yield return Issue.Of(
                    RuleIds.SharedMemoryExceeded, suggestion.Name,
                    tile.ToString(), Text(memory.Stages), Text(memory.BytesNeeded), Text(memory.BytesAllowed), advice) with { Suggestion = suggestion };
                break;
            case PlanOutcome.TooManyRegisters registers:
                yield return Issue.Of(
                    RuleIds.RegistersExceeded, nameof(MoeSettings.Tile),
                    tile.ToString(), Text(registers.Accumulators), Text(registers.RegistersNeeded), Text(registers.RegistersAllowed)) with
                {
                    Suggestion = TileRule.Nearest(settings, tile),
                };
                break;
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
