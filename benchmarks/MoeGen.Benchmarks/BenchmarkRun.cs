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
        MoeCudaOptions variant = new() { Variant = options.Variant };
        switch (options.Layer)
        {
            case "pinned":
                RunElements(copy => new PinnedMoe(context, copy, variant));
                break;
            case "cublas":
                RunElements(copy => new CublasMoe(context, copy));
                break;
            case "int8":
                RunCodes(WeightFormat.Int8PerChannel, copy => new Int8Moe(context, copy, variant));
                break;
            case "w8a16":
                RunCodes(WeightFormat.Int8PerChannel, copy => new Int8WeightsMoe(context, copy, variant));
                break;
            case "w4a16":
                RunCodes(WeightFormat.Int4Group, copy => new Int4WeightsMoe(context, copy, variant));
                break;
            case "mxfp4":
                RunCodes(WeightFormat.Mxfp4, copy => new Mxfp4WeightsMoe(context, copy, variant));
                break;
            default:
                RunElements(copy => new LadderMoe(context, copy, variant));
                break;
        }

        void RunElements<TLayer>(Func<DeviceMoeWeights<BFloat16>, TLayer> create)
            where TLayer : MoeLayer<TLayer, BFloat16>, IMoeDescriptor<TLayer, BFloat16> =>
            RunLayer(model, files, seed => DeviceMoeWeights<BFloat16>.Upload(context, RandomWeights.Create(model, seed)), create);

        void RunCodes<TLayer>(WeightFormat format, Func<DeviceQuantizedMoeWeights<BFloat16>, TLayer> create)
            where TLayer : MoeLayer<TLayer, BFloat16>, IMoeDescriptor<TLayer, BFloat16> =>
            RunLayer(model, files, seed => DeviceQuantizedMoeWeights<BFloat16>.Upload(context, RandomCodes.Create(model, format, seed)), create);
    }

    private void RunLayer<TLayer, TWeights>(ModelShape model, RivalFiles files, Func<int, TWeights> upload, Func<TWeights, TLayer> create)
        where TLayer : MoeLayer<TLayer, BFloat16>, IMoeDescriptor<TLayer, BFloat16>
        where TWeights : DeviceExpertWeights<BFloat16>
    {
        var weights = new List<TWeights>();
        try
        {
            for (int copy = ColdCalls.Copies(context, model, options.Format) - 1; copy >= 0; copy--)
            {
                weights.Add(upload(100 * copy));
            }

            using var timer = new LayerTimer<TLayer, TWeights>(probe, options.Layer, weights, create, options.Format);
            foreach (RoutingPattern routing in options.Routings)
            {
                foreach (int tokens in options.Tokens)
                {
                    using var calls = new ColdCalls(context, new BenchmarkPoint(model, tokens, routing), weights.Count, options.Format);
                    progress(options.Choice ? Choose([.. weights.Cast<object>().OfType<DeviceMoeWeights<BFloat16>>()], calls) : Measure(timer, calls));
                    if (options.Python is not null)
                    {
                        _rivalPoints.Add(files.Write(calls, weights.Count));
                    }

                    Keep();
                }
            }
        }
        finally
        {
            weights.ForEach(copy => copy.Dispose());
        }
    }

    private string Choose(DeviceMoeWeights<BFloat16>[] weights, ColdCalls calls)
    {
        ChoiceRow row = ChoiceTimer.Time(weights, calls);
        _choices.Add(row);
        return $"{calls.Point}: {row.Chosen} is {row.OverBest:F3} x {row.Best.Name}";
    }

    private string Measure<TLayer, TWeights>(LayerTimer<TLayer, TWeights> timer, ColdCalls calls)
        where TLayer : MoeLayer<TLayer, BFloat16>, IMoeDescriptor<TLayer, BFloat16>
        where TWeights : DeviceExpertWeights<BFloat16>
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
