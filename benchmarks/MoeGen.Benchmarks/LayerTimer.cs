namespace MoeGen.Benchmarks;

/// <summary>Times one kind of layer over one shape: with cold weights, as graph replays, or eagerly where it cannot be captured.</summary>
internal sealed class LayerTimer<TLayer, TWeights> : IDisposable
    where TWeights : DeviceExpertWeights<BFloat16>
    where TLayer : MoeLayer<TLayer, BFloat16>, IMoeDescriptor<TLayer, BFloat16>
{
    private const int Rounds = 15;
    private const int StageRounds = 7;

    private readonly ProbeDriver _probe;
    private readonly string _name;
    private readonly TLayer[] _layers;
    private readonly CudaStream _stream;
    private readonly ReplayTimer _timer;
    private readonly HostTimer _host;
    private readonly OperandFormat _format;

    /// <param name="probe">The driver beneath the weights' context.</param>
    /// <param name="name">For the report.</param>
    /// <param name="weights">Copies that are used in turn; they stay the caller's.</param>
    /// <param name="create">Makes the layer over one of them.</param>
    /// <param name="format">What it multiplies.</param>
    public LayerTimer(ProbeDriver probe, string name, IReadOnlyList<TWeights> weights, Func<TWeights, TLayer> create, OperandFormat format)
    {
        _format = format;
        _probe = probe;
        _name = name;
        _layers = [.. weights.Select(create)];
        _stream = weights[0].Context.CreateStream();
        _timer = new ReplayTimer(_stream);
        _host = new HostTimer(probe, _stream);
    }

    private static bool IsCapturable => TLayer.Descriptor.Gemm != Gemm.Cublas;

    public LayerRow Time(ColdCalls calls, MachineLimits limits)
    {
        (BenchmarkPoint point, int sets) = (calls.Point, calls.Calls.Count);

        // First eagerly: what is compiled or allocated on first use is so before anything is captured.
        Array.ForEach(_layers, layer => calls.Calls[0].Forward(layer, _stream));
        _stream.Synchronize();
        Spread whole = IsCapturable ? Replay(calls, Stage.Finalize, Rounds, out List<Stage> stages) : Eager(calls, out stages);
        StageTimes? split = IsCapturable ? Split(calls, stages) : null;
        return new LayerRow(
            point.Model,
            point.Tokens,
            point.Routing,
            _name,
            IsCapturable ? _layers[0].ChoiceFor(point.Tokens, point.Model.TopK)!.Value.Name : "cuBLAS, eager",
            whole,
            calls.ExpertsTouched,
            limits.FloorMicroseconds(point.Model, point.Tokens, calls.ExpertsTouched, _format),
            split,
            _host.Time(_layers[0], calls.Calls[0], IsCapturable));

        Spread Eager(ColdCalls all, out List<Stage> none)
        {
            none = [];
            return _timer.Time([set => all.Calls[set].Forward(_layers[set % _layers.Length], _stream)], sets, Rounds)[0];
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _stream.Dispose();
        Array.ForEach(_layers, layer => layer.Dispose());
    }

    /// <summary>Time of each stage: that of the call up to it, less that of the call up to the one before.</summary>
    private StageTimes Split(ColdCalls calls, List<Stage> stages) => Stages.Differences(
        stages.Distinct().ToDictionary(stage => stage, stage => Replay(calls, stage, StageRounds, out _).Median));

    private Spread Replay(ColdCalls calls, Stage last, int rounds, out List<Stage> launched)
    {
        (_probe.Records, _probe.LastStage) = (true, last);
        var graphs = new List<MoeGraph>();
        try
        {
            foreach (BenchmarkCall call in calls.Calls)
            {
                _probe.Begin();
                graphs.Add(call.Capture(_layers[graphs.Count % _layers.Length], _stream));
            }

            launched = [.. _probe.Launched];
            (_probe.Records, _probe.LastStage) = (false, Stage.Finalize);
            return _timer.Time([set => graphs[set].Launch(_stream)], graphs.Count, rounds)[0];
        }
        finally
        {
            (_probe.Records, _probe.LastStage) = (false, Stage.Finalize);
            graphs.ForEach(graph => graph.Dispose());
        }
    }
}
