using System.Globalization;
using MoeGen.Generators.Models;
using MoeGen.Generators.Planning;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>What a pinned tile covers beyond a stated size is multiplied and thrown away.</summary>
internal static class PaddingRule
{
    /// <summary>Least part of the products, in percent, that is worth a word.</summary>
    private const int LeastPercent = 20;

    /// <summary>Checks a pinned tile against each stated size, along the columns of one GEMM and along the depth of the other.</summary>
    public static IEnumerable<Issue> Check(MoeSettings settings)
    {
        if (TileRule.Pinned(settings) is not { } tile || settings.Dtype == Dtype.FP32)
        {
            return [];
        }

        // In a gated GEMM1 two accumulator columns make one output.
        int columns = (settings.Activation ?? Activation.Swiglu).IsGated() ? 2 : 1;
        return Check(settings, tile, nameof(MoeSettings.IntermediateSize), settings.IntermediateSize, columns, columnsOf: 1)
            .Concat(Check(settings, tile, nameof(MoeSettings.HiddenSize), settings.HiddenSize, 1, columnsOf: 2));
    }

    private static IEnumerable<Issue> Check(MoeSettings settings, TileShape tile, string name, int? stated, int columns, int columnsOf)
    {
        if (stated is not { } size)
        {
            yield break;
        }

        (Func<TileShape, int> StepOf, string What, IEnumerable<TileShape> Others)[] uses =
        [
            (shape => shape.N / columns, $"columns of GEMM{columnsOf}", WarpLayout.TileN.Select(n => tile with { N = n })),
            (shape => shape.K, $"elements of depth of GEMM{3 - columnsOf}", WarpLayout.TileKOf(tile.M, tile.N, settings.Operands).Select(k => tile with { K = k })),
        ];
        (Func<TileShape, int> stepOf, string what, IEnumerable<TileShape> others) = uses.OrderByDescending(use => Percent(size, use.StepOf(tile))).First();
        int percent = Percent(size, stepOf(tile));
        if (percent < LeastPercent)
        {
            yield break;
        }

        TileShape best = others
            .Where(other => WarpLayout.TileKOf(other.M, other.N, settings.Operands).Contains(other.K) && TilePlanner.Plan(other, settings.Stages, settings.Operands) is PlanOutcome.Planned)
            .OrderBy(other => Percent(size, stepOf(other)))
            .ThenByDescending(stepOf)
            .First();
        int least = Percent(size, stepOf(best));
        Suggestion? suggestion = least < percent
            ? new Suggestion(nameof(MoeSettings.Tile), TileAdvice.Literal(best, TileRule.StatesDepth(settings), settings.Operands))
            : null;
        yield return Issue.Of(
            RuleIds.Padding, nameof(MoeSettings.Tile),
            tile.ToString(), Text(Covered(size, stepOf(tile))), what, name, Text(size), Text(percent),
            suggestion is null ? "no other tile leaves less" : $"tile {suggestion.Value} leaves {least}%") with { Suggestion = suggestion };
    }

    private static long Covered(int size, int step) => ((long)size + step - 1) / step * step;

    private static int Percent(int size, int step) => (int)(100 * (Covered(size, step) - size) / Covered(size, step));

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
