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
        int? stages = settings.Stages is { } given && StagesRule.InRange(given) ? given : null;
        string place = stages is null ? nameof(MoeSettings.Tile) : nameof(MoeSettings.Stages);
        IEnumerable<TileShape> tiles = pinned is { } tile
            ? [tile]
            : TilePlanner.Ladder.Where(step => step.IsPortable).Select(step => step.Shape);

        // The last of the ladder is the largest: the stages that it allows, every tile allows.
        return tiles.Reverse().SelectMany(candidate => Describe(candidate, TilePlanner.Plan(candidate, stages), place)).Take(1);
    }

    private static IEnumerable<Issue> Describe(TileShape tile, PlanOutcome outcome, string place)
    {
        switch (outcome)
        {
            case PlanOutcome.TooMuchSharedMemory memory:
                string advice = memory.LargestStages >= TilePlanner.MinStages
                    ? $"at most {memory.LargestStages} stages fit this tile"
                    : $"not even {TilePlanner.MinStages} stages fit this tile, so choose a smaller one";
                yield return Issue.Of(
                    RuleIds.SharedMemoryExceeded, place,
                    tile.ToString(), Text(memory.Stages), Text(memory.BytesNeeded), Text(memory.BytesAllowed), advice);
                break;
            case PlanOutcome.TooManyRegisters registers:
                yield return Issue.Of(
                    RuleIds.RegistersExceeded, nameof(MoeSettings.Tile),
                    tile.ToString(), Text(registers.Accumulators), Text(registers.RegistersNeeded), Text(registers.RegistersAllowed));
                break;
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
