namespace MoeGen.Benchmarks;

/// <summary>One run over all points; keeps what it has after each, so that a run that is cut short is not lost.</summary>
internal sealed class BenchmarkRun(CudaContext context, ProbeDriver probe, BenchmarkOptions options, Action<string> progress)
{
    private readonly List<LayerRow> _rows = [];
    private readonly List<ChoiceRow> _choices = [];
    private readonly List<RivalPoint> _rivalPoints = [];
    private BenchmarkReport _report = null!;

    /// <summary>Points that <see cref="Run"/> times.</summary>
    public static int Count(BenchmarkOptions options) => options.Models.Count * options.Tokens.Count * options.Routings.Count;

    public BenchmarkReport Run()
    {
        _report = new BenchmarkReport
        {
            SchemaVersion = BenchmarkReport.CurrentSchema,
            Device = context.Name,
            ComputeCapability = context.ComputeCapability.ToString(),
            Multiprocessors = context.MultiprocessorCount,
            DriverVersion = context.DriverVersion.ToString(),
            NvrtcVersion = NvrtcCompiler.Info.Version.ToString(),
            Date = DateTimeOffset.UtcNow,
            Commit = options.Commit,
            Limits = options.Limits ?? LimitsTimer.For(context),
            Compile = CompileTimer.Run(context),
        };
        using var files = new RivalFiles(options.Folder);
        foreach (ModelShape model in options.Models)
        {
            RunModel(model, files);
        }

        if (options.Python is not null)
        {
            _report = _report with { Rivals = new RivalRunner(options, files, progress).Run(_rivalPoints) };
        }

        Keep();
        return _report;
    }

    private void RunModel(ModelShape model, RivalFiles files)
    {
        MoeWeights<BFloat16>[] host = [.. Enumerable.Range(0, ColdCalls.Copies(context, model)).Select(copy => RandomWeights.Create(model, 100 * copy))];
        DeviceMoeWeights<BFloat16>[] weights = [.. host.Select(copy => DeviceMoeWeights<BFloat16>.Upload(context, copy))];
        try
        {
            switch (options.Layer)
            {
                case "pinned":
                    RunLayer(model, weights, files, copy => new PinnedMoe(context, copy));
                    break;
                case "cublas":
                    RunLayer(model, weights, files, copy => new CublasMoe(context, copy));
                    break;
                default:
                    RunLayer(model, weights, files, copy => new LadderMoe(context, copy, new MoeCudaOptions { Variant = options.Variant }));
                    break;
            }
        }
        finally
        {
            Array.ForEach(weights, copy => copy.Dispose());
        }
    }

    private void RunLayer<TLayer>(
        ModelShape model, DeviceMoeWeights<BFloat16>[] weights, RivalFiles files, Func<DeviceMoeWeights<BFloat16>, TLayer> create)
        where TLayer : MoeLayer<TLayer, BFloat16>, IMoeDescriptor<TLayer, BFloat16>
    {
        using var timer = new LayerTimer<TLayer>(probe, options.Layer, weights, create);
        foreach (RoutingPattern routing in options.Routings)
        {
            foreach (int tokens in options.Tokens)
            {
                using var calls = new ColdCalls(context, new BenchmarkPoint(model, tokens, routing), weights.Length);
                progress(options.Choice ? Choose(weights, calls) : Measure(timer, calls));
                if (options.Python is not null)
                {
                    _rivalPoints.Add(files.Write(calls, weights.Length));
                }

                Keep();
            }
        }
    }

    private string Choose(DeviceMoeWeights<BFloat16>[] weights, ColdCalls calls)
    {
        ChoiceRow row = ChoiceTimer.Time(weights, calls);
        _choices.Add(row);
        return $"{calls.Point}: {row.Chosen} is {row.OverBest:F3} x {row.Best.Name}";
    }

    private string Measure<TLayer>(LayerTimer<TLayer> timer, ColdCalls calls)
        where TLayer : MoeLayer<TLayer, BFloat16>, IMoeDescriptor<TLayer, BFloat16>
    {
        LayerRow row = timer.Time(calls, _report.Limits);
        _rows.Add(row);
        return $"{calls.Point}: {row.Microseconds.Median:F1} us, {row.TimesFloor:F2} x floor, {row.Variant}";
    }

    private void Keep()
    {
        _report = _report with { Rows = _rows, Choices = _choices };
        if (options.Folder is not null)
        {
            _report.Save(Path.Combine(options.Folder, "results.json"));
            File.WriteAllText(Path.Combine(options.Folder, "results.md"), MarkdownReport.Write(_report));
        }
    }
}
