namespace MoeGen.Benchmarks;

/// <summary>Times every variant of the ladder beside the chosen one, taking turns.</summary>
internal static class ChoiceTimer
{
    private const int Rounds = 7;

    public static ChoiceRow Time(IReadOnlyList<DeviceMoeWeights<BFloat16>> weights, ColdCalls calls)
    {
        CudaContext context = weights[0].Context;
        using CudaStream stream = context.CreateStream();
        using var timer = new ReplayTimer(stream);
        string[] names = [.. Runnable(context, calls.Point)];
        var layers = new List<LadderMoe>();
        var graphs = new List<MoeGraph[]>();
        try
        {
            foreach (string name in names)
            {
                LadderMoe[] copies = [.. weights.Select(copy => new LadderMoe(context, copy, new MoeCudaOptions { Variant = name }))];
                layers.AddRange(copies);
                Array.ForEach(copies, copy => calls.Calls[0].Forward(copy, stream));
                stream.Synchronize();
                graphs.Add([.. calls.Calls.Select((call, set) => call.Capture(copies[set % copies.Length], stream))]);
            }

            Spread[] times = timer.Time([.. graphs.Select<MoeGraph[], Action<int>>(variant => set => variant[set].Launch(stream))], calls.Calls.Count, Rounds);
            using var free = new LadderMoe(context, weights[0]);
            string chosen = free.ChoiceFor(calls.Point.Tokens, calls.Point.Model.TopK)!.Value.Name;
            return new ChoiceRow(
                calls.Point.Model.Name, calls.Point.Tokens, calls.Point.Routing, chosen, [.. names.Zip(times, (name, time) => new VariantTime(name, time.Median))]);
        }
        finally
        {
            graphs.ForEach(variant => Array.ForEach(variant, graph => graph.Dispose()));
            layers.ForEach(layer => layer.Dispose());
        }
    }

    private static IEnumerable<string> Runnable(CudaContext context, BenchmarkPoint point)
    {
        MoeDescriptor descriptor = LadderMoe.Descriptor;
        GpuArchitecture architecture = GpuArchitecture.For(context.ComputeCapability, context.SharedMemoryPerBlockOptin);
        IEnumerable<string> tiles = descriptor.Variants.Where(architecture.Fits).Select(variant => variant.Name);
        bool decodes = descriptor.Decodes && point.Tokens * point.Model.TopK <= GemmVariant.MaxDecodeSlots;
        return decodes ? tiles.Append(GemmVariant.Decode.Name) : tiles;
    }
}
