using ScottPlot;

namespace MoeGen.Benchmarks.Plots;

/// <summary>TFLOP/s over arithmetic intensity, a colour a shape, beneath the ceilings of memory and tensor cores.</summary>
internal static class RooflinePlot
{
    public static Plot Draw(BenchmarkReport report)
    {
        var plot = new Plot();
        double[] intensities = [.. report.Rows.Select(Intensity)];
        double ridge = report.Limits.Flops / report.Limits.BytesPerSecond;
        double[] corners = [intensities.Min() / 2, ridge, Math.Max(intensities.Max(), ridge) * 2];
        double[] ceilings = [.. corners.Select(x => Math.Min(x * report.Limits.BytesPerSecond, report.Limits.Flops) / 1e12)];
        var roof = plot.Add.ScatterLine(LogAxis.Positions(corners), LogAxis.Positions(ceilings));
        (roof.LegendText, roof.LineWidth, roof.Color) = ("memory and tensor-core ceilings", 2, Colors.Black);
        foreach (IGrouping<string, LayerRow> model in report.Rows.GroupBy(row => row.Model.Name))
        {
            var points = plot.Add.ScatterPoints(LogAxis.Positions(model.Select(Intensity)), LogAxis.Positions(model.Select(row => row.Teraflops)));
            (points.LegendText, points.MarkerSize) = (model.Key, 8);
        }

        LogAxis.Apply(plot.Axes.Bottom, corners);
        LogAxis.Apply(plot.Axes.Left, [.. ceilings, .. report.Rows.Select(row => row.Teraflops)]);
        plot.Title($"{report.Device}: {report.Limits.Flops / 1e12:F0} TFLOP/s, {report.Limits.BytesPerSecond / 1e12:F2} TB/s");
        plot.XLabel("FLOP a byte that must move");
        plot.YLabel("TFLOP/s");
        plot.ShowLegend(Alignment.LowerRight);
        return plot;
    }

    private static double Intensity(LayerRow row) => row.Model.Flops(row.Tokens) / row.Model.Bytes(row.Tokens, row.ExpertsTouched, OperandFormat.Of(row.Layer));
}
