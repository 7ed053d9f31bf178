using System.CommandLine;
using System.Globalization;
using MoeGen.Benchmarks;
using MoeGen.Benchmarks.Plots;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var results = new Argument<FileInfo>("results") { Description = "results.json of a run." }.AcceptExistingOnly();
var folder = new Option<string>("--out") { Description = "Folder for the plots.", DefaultValueFactory = _ => "." };
var root = new RootCommand("Draws a saved run of the benchmark: time over tokens, and the roofline, as SVG and PNG.") { results, folder };
root.SetAction(parsed => Draw(() => PlotFiles.Write(BenchmarkReport.Load(parsed.GetValue(results)!.FullName), parsed.GetValue(folder)!)));

var report = new Argument<FileInfo>("report") { Description = "What moegen quantize --json printed." }.AcceptExistingOnly();
var quantization = new Command("quantization", "Draws errors of experts and a histogram of scales, as SVG and PNG.") { report, folder };
quantization.SetAction(parsed => Draw(() => PlotFiles.Write(QuantizationFile.Load(parsed.GetValue(report)!.FullName), parsed.GetValue(folder)!)));
root.Add(quantization);
return root.Parse(args).Invoke();

static int Draw(Func<IReadOnlyList<string>> write)
{
    try
    {
        foreach (string file in write())
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
}
