using System.Diagnostics;

namespace MoeGen.Benchmarks;

/// <summary>Times one layer with cold weights, as graph replays or as eager calls, and the host's cost of an eager call.</summary>
internal static class LayerTimer
{
    private const int Rounds = 7;
    private const double RoundMilliseconds = 20;

    /// <summary>Median microseconds a layer.</summary>
    /// <param name="layers">The same layer over different weights; used in turn.</param>
    /// <param name="model">Sizes.</param>
    /// <param name="tokens">T.</param>
    /// <param name="sets">Number of different inputs and routings that are replayed in turn, so that weights are not in L2.</param>
    /// <param name="asGraphs">Replay graphs; false for layers that cannot be captured: eager calls, with what they wait for on the host.</param>
    public static Result Time<TLayer>(IReadOnlyList<TLayer> layers, ModelShape model, int tokens, int sets, bool asGraphs)
        where TLayer : MoeLayer<TLayer, BFloat16>, IMoeDescriptor<TLayer, BFloat16>
    {
        CudaContext context = layers[0].Context!;
        using CudaStream stream = context.CreateStream();
        using CudaEvent begin = context.CreateEvent();
        using CudaEvent end = context.CreateEvent();
        var calls = new List<Call>();
        for (int set = 0; set < sets; set++)
        {
            calls.Add(new Call(context, model, tokens, set));
        }

        MoeGraph[] graphs = asGraphs ? [.. calls.Select((call, set) => call.Capture(layers[set % layers.Count], stream))] : [];

        double Replay(int count)
        {
            stream.Record(begin);
            for (int i = 0; i < count; i++)
            {
                int set = i % sets;
                if (asGraphs)
                {
                    graphs[set].Launch(stream);
                }
                else
                {
                    calls[set].Forward(layers[set % layers.Count], stream);
                }
            }

            stream.Record(end);
            end.Synchronize();
            return CudaEvent.ElapsedMilliseconds(begin, end) / count;
        }

        double warm = Replay(Math.Max(sets, 3));
        int replays = Math.Max(sets, (int)(RoundMilliseconds / warm) / sets * sets);
        double[] rounds = [.. Enumerable.Range(0, Rounds).Select(_ => Replay(replays) * 1000).Order()];
        double host = HostMicroseconds(layers[0], calls[0], stream);
        double touched = calls.Average(call => (double)call.ExpertsTouched);
        foreach (MoeGraph graph in graphs)
        {
            graph.Dispose();
        }

        calls.ForEach(call => call.Dispose());
        return new Result(rounds[Rounds / 2], rounds[0], rounds[^1], host, (int)Math.Round(touched));
    }

    /// <summary>Host microseconds of one eager call; the queue is drained between bursts, so that it never blocks.</summary>
    private static double HostMicroseconds<TLayer>(TLayer layer, Call call, CudaStream stream)
        where TLayer : MoeLayer<TLayer, BFloat16>, IMoeDescriptor<TLayer, BFloat16>
    {
        const int Burst = 20;
        var samples = new List<double>();
        for (int round = 0; round < 10; round++)
        {
            stream.Synchronize();
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Burst; i++)
            {
                call.Forward(layer, stream);
            }

            samples.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds / Burst);
        }

        stream.Synchronize();
        return samples.Order().ElementAt(samples.Count / 2);
    }

    /// <summary>Times in microseconds a layer.</summary>
    internal sealed record Result(double Median, double Min, double Max, double Host, int ExpertsTouched);

    private sealed class Call : IDisposable
    {
        private readonly DeviceBuffer<BFloat16> _input;
        private readonly DeviceBuffer<int> _ids;
        private readonly DeviceBuffer<float> _scales;
        private readonly DeviceBuffer<BFloat16> _output;

        public Call(CudaContext context, ModelShape model, int tokens, int seed)
        {
            int[] ids = RandomWeights.Ids(tokens, model.TopK, model.NumExperts, seed);
            ExpertsTouched = ids.Distinct().Count();
            _input = Upload<BFloat16>(context, RandomWeights.Normal(tokens * model.HiddenSize, 1, seed));
            _ids = Upload<int>(context, ids);
            _scales = Upload<float>(context, [.. ids.Select(_ => 1f / model.TopK)]);
            _output = context.Allocate<BFloat16>((long)tokens * model.HiddenSize);
        }

        public int ExpertsTouched { get; }

        public MoeGraph Capture<TLayer>(TLayer layer, CudaStream stream)
            where TLayer : MoeLayer<TLayer, BFloat16>, IMoeDescriptor<TLayer, BFloat16> =>
            layer.CaptureForward(_input, _ids, _scales, _output, stream);

        public void Forward<TLayer>(TLayer layer, CudaStream stream)
            where TLayer : MoeLayer<TLayer, BFloat16>, IMoeDescriptor<TLayer, BFloat16> =>
            layer.Forward(_input, _ids, _scales, _output, stream);

        public void Dispose()
        {
            _input.Dispose();
            _ids.Dispose();
            _scales.Dispose();
            _output.Dispose();
        }

        private static DeviceBuffer<T> Upload<T>(CudaContext context, ReadOnlySpan<T> values)
            where T : unmanaged
        {
            DeviceBuffer<T> buffer = context.Allocate<T>(values.Length);
            buffer.CopyFrom(values);
            return buffer;
        }
    }
}
