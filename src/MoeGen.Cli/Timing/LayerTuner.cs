using MoeGen.Cli.Layers;

namespace MoeGen.Cli.Timing;

/// <summary>Measures which variant of a class is fastest at each number of tokens, by the run time's own tuner.</summary>
internal sealed class LayerTuner(LayerRequest request, CudaContext context, MoeCudaOptions options, Action<double, string> progress) : ILayerVisitor<TuningEntry>
{
    public TuningEntry Visit<TLayer, T>()
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        progress(0, "weights");
        using DeviceExpertWeights<T> weights = RandomLayer.Upload<T>(context, request.Shape, TLayer.Descriptor);
        using TLayer layer = LayerKind<TLayer, T>.Create(context, weights, options);
        TuningEntry? entry = null;
        var points = new List<TuningPoint>();
        foreach (int tokens in request.Tokens)
        {
            progress((double)points.Count / request.Tokens.Count, $"T = {tokens}");
            entry = layer.Tune(request.TopK, [tokens]);
            points.AddRange(entry.Points);
        }

        return entry! with { Points = points };
    }
}
