namespace MoeGen.Benchmarks;

/// <summary>How good the chosen variants are over all points: chosen time over best time.</summary>
public sealed record ChoiceSummary(double Median, double Worst)
{
    /// <summary>What the median may reach.</summary>
    public const double MedianTarget = 1.05;

    /// <summary>What the worst point may reach.</summary>
    public const double WorstTarget = 1.15;

    /// <summary>Whether both are within their targets.</summary>
    public bool Reached => Median <= MedianTarget && Worst <= WorstTarget;

    /// <exception cref="ArgumentException">There are no points.</exception>
    public static ChoiceSummary Of(IEnumerable<ChoiceRow> rows)
    {
        Spread spread = Spread.Of(rows.Select(row => row.OverBest));
        return new(spread.Median, spread.Max);
    }
}
