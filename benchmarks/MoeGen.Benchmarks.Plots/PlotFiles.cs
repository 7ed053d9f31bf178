using ScottPlot;
using ScottPlot.MultiplotLayouts;
using SkiaSharp;

namespace MoeGen.Benchmarks.Plots;

/// <summary>Writes the plots of a report, each as SVG and PNG.</summary>
public static class PlotFiles
{
    private const int Columns = 3;
    private const int PanelWidth = 480;
    private const int PanelHeight = 380;

    /// <summary>Writes <c>times.svg</c>, <c>times.png</c>, <c>roofline.svg</c> and <c>roofline.png</c> into a folder, which is made.</summary>
    /// <returns>The files.</returns>
    /// <exception cref="ArgumentException">The report holds no rows, as one of <c>--choice</c>.</exception>
    public static IReadOnlyList<string> Write(BenchmarkReport report, string folder)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (report.Rows.Count == 0)
        {
            throw new ArgumentException("The report holds no layer times; plots need at least one row.", nameof(report));
        }

        Directory.CreateDirectory(folder);
        return [.. Save(TimePlot.Panels(report), Path.Combine(folder, "times")), .. Save([RooflinePlot.Draw(report)], Path.Combine(folder, "roofline"), 2)];
    }

    /// <summary>Writes <c>quantization.svg</c> and <c>quantization.png</c> into a folder, which is made.</summary>
    /// <returns>The files.</returns>
    public static IReadOnlyList<string> Write(QuantizationFile file, string folder)
    {
        ArgumentNullException.ThrowIfNull(file);
        Directory.CreateDirectory(folder);
        return Save(QuantizationPlot.Panels(file), Path.Combine(folder, "quantization"));
    }

    private static string[] Save(IReadOnlyList<Plot> panels, string path, int scale = 1)
    {
        int columns = Math.Min(Columns, panels.Count), rows = (panels.Count + columns - 1) / columns;
        (int width, int height) = (columns * PanelWidth * scale, rows * PanelHeight * scale);
        var all = new Multiplot();
        all.RemovePlot(all.GetPlot(0));
        foreach (Plot panel in panels)
        {
            all.AddPlot(panel);
        }

        all.Layout = new Grid(rows, columns);
        all.SavePng(path + ".png", width, height);
        using (FileStream file = File.Create(path + ".svg"))
        using (SKCanvas canvas = SKSvgCanvas.Create(SKRect.Create(width, height), file))
        {
            canvas.Clear(SKColors.White);
            all.Render(canvas, new PixelRect(0, width, height, 0));
        }

        return [path + ".png", path + ".svg"];
    }
}
