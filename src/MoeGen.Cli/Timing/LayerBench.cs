using MoeGen.Cli.Layers;

namespace MoeGen.Cli.Timing;

/// <summary>Times a layer: replays of a captured graph between two events, the L2 cache overwritten before each.</summary>
internal sealed class LayerBench(LayerRequest request, CudaContext context, MoeCudaOptions options, Action<double, string> progress) : ILayerVisitor<IReadOnlyList<BenchRow>>
{
    private const int WarmUps = 3, Repetitions = 21;

    public IReadOnlyList<BenchRow> Visit<TLayer, T>()
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        progress(0, "weights");
        using DeviceExpertWeights<T> weights = RandomLayer.Upload<T>(context, request.Shape, TLayer.Descriptor);
        using TLayer layer = LayerKind<TLayer, T>.Create(context, weights, options);
        using CudaStream stream = context.CreateStream();
        using DeviceBuffer<byte> flush = context.Allocate<byte>(Math.Max(1L << 20, 2L * context.L2CacheBytes));
        var rows = new List<BenchRow>();
        foreach (int tokens in request.Tokens)
        {
            progress((double)rows.Count / request.Tokens.Count, $"T = {tokens}");
            rows.Add(Time<TLayer, T>(layer, tokens, stream, flush));
        }

        return rows;
    }

    private BenchRow Time<TLayer, T>(TLayer layer, int tokens, CudaStream stream, DeviceBuffer<byte> flush)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        (MoeShape shape, int topK) = (request.Shape, request.TopK);
        int[] ids = RandomLayer.Ids(tokens, topK, shape.NumExperts, seed: tokens);
        using DeviceBuffer<T> input = Upload(RandomLayer.Normal<T>(tokens * shape.HiddenSize, 1, seed: tokens));
        using DeviceBuffer<int> experts = Upload(ids);
        using DeviceBuffer<T> output = context.Allocate<T>(input.Length);
        using DeviceBuffer<float> logits = Upload(RandomLayer.Normal<float>(tokens * shape.NumExperts, 1, seed: tokens));
        using MoeGraph graph = TLayer.Descriptor.Routing == RoutingMethod.Preselected
            ? layer.CaptureForward(input, experts, null, output, stream)
            : layer.CaptureForwardFromLogits(input, logits, topK, output, stream);
        double[] times = Replay(graph, stream, flush);
        VariantChoice choice = layer.ChoiceFor(tokens, topK)!.Value;
        int touched = ids.Distinct().Count();
        double seconds = times[Repetitions / 2] * 1e-6;
        double perExpert = shape.Fc1ElementsPerExpert(TLayer.Descriptor.IsGated) + shape.Fc2ElementsPerExpert;
        return new BenchRow(
            tokens,
            choice.Name,
            choice.Reason.ToString(),
            times[Repetitions / 2],
            times[Repetitions / 10],
            times[Repetitions * 9 / 10],
            touched,
            2 * tokens * (double)topK * perExpert / seconds / 1e12,
            ((touched * perExpert * RandomCodes.BytesOf(TLayer.Descriptor)) + (4.0 * tokens * shape.HiddenSize)) / seconds / 1e9);
    }

    private double[] Replay(MoeGraph graph, CudaStream stream, DeviceBuffer<byte> flush)
    {
        using CudaEvent begin = context.CreateEvent();
        using CudaEvent end = context.CreateEvent();
        var times = new double[Repetitions];
        for (int i = -WarmUps; i < Repetitions; i++)
        {
            flush.Fill(0, stream);
            stream.Record(begin);
            graph.Launch(stream);
            stream.Record(end);
            end.Synchronize();
            times[Math.Max(i, 0)] = CudaEvent.ElapsedMilliseconds(begin, end) * 1000;
        }

        Array.Sort(times);
        return times;
    }

    private DeviceBuffer<TElement> Upload<TElement>(TElement[] values)
        where TElement : unmanaged
    {
        DeviceBuffer<TElement> buffer = context.Allocate<TElement>(values.Length);
        buffer.CopyFrom(values);
        return buffer;
    }
}
