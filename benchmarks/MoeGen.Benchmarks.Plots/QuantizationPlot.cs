using ScottPlot;

namespace MoeGen.Benchmarks.Plots;

/// <summary>Errors of experts, worst first, and the powers of two that scales lie in.</summary>
internal static class QuantizationPlot
{
    public static IReadOnlyList<Plot> Panels(QuantizationFile file)
    {
        string title = $"{file.Family}, {file.Scheme}";
        double[] outputs = [.. file.Experts.Select(expert => expert.OutputError).OfType<double>()];
        Plot weights = Errors(title, "error of weights", file.Experts.Select(expert => expert.WeightError));
        return outputs.Length == 0 ? [weights, Scales(title, file)] : [weights, Errors(title, "error of outputs", outputs), Scales(title, file)];
    }

    private static Plot Errors(string title, string label, IEnumerable<double> errors)
    {
        var plot = new Plot();
        double[] sorted = [.. errors.OrderDescending()];
        plot.Add.Scatter(Enumerable.Range(1, sorted.Length).Select(rank => (double)rank).ToArray(), sorted);
        plot.Axes.SetLimitsY(0, Math.Max(1.1 * sorted[0], double.Epsilon));
        plot.Title(title);
        plot.XLabel("experts, worst first");
        plot.YLabel($"{label}, relative L2");
        return plot;
    }

    private static Plot Scales(string title, QuantizationFile file)
    {
        var counts = new SortedDictionary<int, double>();
        foreach (QuantizedScales scales in file.Experts.Select(expert => expert.Scales))
        {
            foreach ((int i, int count) in scales.Counts.Index())
            {
                counts[scales.LowestExponent + i] = counts.GetValueOrDefault(scales.LowestExponent + i) + count;
            }
        }

        var plot = new Plot();
        plot.Add.Bars(counts.Keys.Select(exponent => (double)exponent).ToArray(), [.. counts.Values]);
        plot.Title(title);
        plot.XLabel("scales from 2^x up to 2^(x + 1)");
        plot.YLabel("scales");
        return plot;
    }
}
