using ScottPlot;

namespace MoeGen.Benchmarks.Plots;

/// <summary>Time over T, one panel a shape and routing, beside the floor and the rivals.</summary>
internal static class TimePlot
{
    public static IReadOnlyList<Plot> Panels(BenchmarkReport report) =>
        [.. report.Rows.GroupBy(row => (row.Model.Name, row.Routing)).Select(group => Panel(report, [.. group.OrderBy(row => row.Tokens)]))];

    private static Plot Panel(BenchmarkReport report, LayerRow[] rows)
    {
        var plot = new Plot();
        var times = new List<double>();
        Line("floor", rows.Select(row => (row.Tokens, row.FloorMicroseconds)), width: 1, MarkerShape.None);
        Line("MoeGen", rows.Select(row => (row.Tokens, row.Microseconds.Median)), width: 3, MarkerShape.FilledCircle);
        foreach (string rival in report.Rivals.Select(rival => rival.Rival).Distinct())
        {
            Line(
                rival,
                rows.Select(row => (row.Tokens, report.RivalOf(row, rival)?.Microseconds?.Median)).Where(point => point.Median is not null).Select(point => (point.Tokens, point.Median!.Value)),
                width: 1,
                MarkerShape.OpenSquare);
        }

        LogAxis.Apply(plot.Axes.Bottom, [.. rows.Select(row => (double)row.Tokens)]);
        LogAxis.Apply(plot.Axes.Left, times);
        plot.Title($"{rows[0].Model.Name}, {rows[0].Routing}");
        plot.XLabel("tokens");
        plot.YLabel("us a layer");
        plot.ShowLegend(Alignment.UpperLeft);
        return plot;

        // Width and marker tell the lines apart: dashes do not reach an SVG.
        void Line(string name, IEnumerable<(int Tokens, double Time)> points, float width, MarkerShape marker)
        {
            (int Tokens, double Time)[] all = [.. points];
            if (all.Length > 0)
            {
                times.AddRange(all.Select(point => point.Time));
                var line = plot.Add.Scatter(LogAxis.Positions(all.Select(point => (double)point.Tokens)), LogAxis.Positions(all.Select(point => point.Time)));
                (line.LegendText, line.LineWidth, line.MarkerShape, line.MarkerSize) = (name, width, marker, 6);
            }
        }
    }
}
