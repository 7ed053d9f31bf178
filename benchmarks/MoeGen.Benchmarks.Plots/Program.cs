using System.CommandLine;
using System.Globalization;
using MoeGen.Benchmarks;
using MoeGen.Benchmarks.Plots;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var results = new Argument<FileInfo>("results") { Description = "results.json of a run." }.AcceptExistingOnly();
var folder = new Option<string>("--out") { Description = "Folder for the plots.", DefaultValueFactory = _ => "." };
var root = new RootCommand("Draws a saved run of the benchmark: time over tokens, and the roofline, as SVG and PNG.") { results, folder };
root.SetAction(parsed =>
{
    try
    {
        foreach (string file in PlotFiles.Write(BenchmarkReport.Load(parsed.GetValue(results)!.FullName), parsed.GetValue(folder)!))
        {
            Console.WriteLine(file);
        }

        return 0;
    }
    catch (Exception error) when (error is InvalidDataException or ArgumentException)
    {
        Console.Error.WriteLine(error.Message);
        return 2;
    }
});
return root.Parse(args).Invoke();
