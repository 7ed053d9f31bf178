using System.Globalization;
using MoeGen.Generators.Models;
using MoeGen.Generators.Planning;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>A pinned tile is all that a class has, so a GPU with less shared memory than it takes refuses the layer.</summary>
internal static class PortableTileRule
{
    /// <summary>Checks a pinned tile against the shared memory that every GPU has.</summary>
    public static IEnumerable<Issue> Check(MoeSettings settings)
    {
        if (TileRule.Pinned(settings) is not { } tile
            || TilePlanner.Plan(tile, settings.Stages, settings.Operands) is not PlanOutcome.Planned { Plan: { SharedMemoryBytes: > GpuLimits.PortableSharedMemoryBytes } plan })
        {
            yield break;
        }

        int largest = TileAdvice.LargestStages(tile, settings.Operands, GpuLimits.PortableSharedMemoryBytes);
        bool stagesAreTooMany = settings.Stages is not null && largest >= TilePlanner.MinStages;
        Suggestion suggestion = stagesAreTooMany
            ? new Suggestion(nameof(MoeSettings.Stages), Text(largest))
            : new Suggestion(nameof(MoeSettings.Tile), TileAdvice.Literal(
                TileAdvice.Nearest(tile, settings.Stages, settings.Operands, GpuLimits.PortableSharedMemoryBytes), TileRule.StatesDepth(settings), settings.Operands));
        string advice = stagesAreTooMany ? $"at most {largest} stages fit there" : $"the nearest tile that fits there is {suggestion.Value}";
        yield return Issue.Of(
            RuleIds.TileNotPortable, suggestion.Name,
            tile.ToString(), Text(plan.Stages), Text(plan.SharedMemoryBytes), Text(GpuLimits.PortableSharedMemoryBytes), advice) with { Suggestion = suggestion };
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
