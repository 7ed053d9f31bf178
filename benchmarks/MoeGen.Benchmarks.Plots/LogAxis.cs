using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace MoeGen.Benchmarks.Plots;

/// <summary>Logarithmic axes: values are drawn at their decimal logarithm, ticks tell the value.</summary>
internal static class LogAxis
{
    /// <summary>Positions of values.</summary>
    public static double[] Positions(IEnumerable<double> values) => [.. values.Select(Math.Log10)];

    /// <summary>A tick at each decade from the one below to the one above the values, and at 2 and 5 where there are few decades.</summary>
    public static void Apply(IAxis axis, IReadOnlyCollection<double> values)
    {
        (double low, double high) = (Math.Log10(values.Min()) - 0.08, Math.Log10(values.Max()) + 0.08);
        int[] steps = high - low > 3 ? [1] : [1, 2, 5];
        var ticks = new NumericManual();
        for (int decade = (int)Math.Floor(low); decade <= Math.Ceiling(high); decade++)
        {
            foreach (double value in steps.Select(step => step * Math.Pow(10, decade)).Where(value => Math.Log10(value) >= low && Math.Log10(value) <= high))
            {
                ticks.AddMajor(Math.Log10(value), value.ToString("0.####", CultureInfo.InvariantCulture));
            }
        }

        axis.TickGenerator = ticks;
        (axis.Min, axis.Max) = (low, high);
    }
}
