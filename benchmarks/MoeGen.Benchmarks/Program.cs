using System.Globalization;
using MoeGen;
using MoeGen.Benchmarks;
using MoeGen.Native;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
return new CommandLine(Run).Root.Parse(args).Invoke();

static int Run(BenchmarkOptions options)
{
    if (!CudaContext.IsAvailable(out string reason))
    {
        Console.Error.WriteLine($"The benchmark needs a GPU: {reason}");
        return 2;
    }

    var probe = new ProbeDriver(CudaDriver.Instance);
    using var context = new CudaContext(probe);
    if (options.Routers)
    {
        Console.Write(RouterTimer.Report(context));
        return 0;
    }

    int steps = BenchmarkRun.Count(options) * (1 + (options.Python is null ? 0 : options.RivalNames.Count));
    BenchmarkReport report = ProgressDisplay.Run(steps, progress => new BenchmarkRun(context, probe, options, progress).Run());
    Console.WriteLine(MarkdownReport.Write(report));
    return 0;
}
