using System.Diagnostics;
using MoeGen.Checkpoints;
using MoeGen.Cli.Layers;

namespace MoeGen.Cli.Blocks;

/// <summary>Runs a block on an input: hidden states in, block output out.</summary>
internal sealed class BlockRunner(LoadedBlock loaded, float[] hiddenStates, Action<double, string> progress) : ILayerVisitor<BlockResult>
{
    public BlockResult Visit<TLayer, T>()
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        long start = Stopwatch.GetTimestamp();
        var input = new T[hiddenStates.Length];
        ElementConversion.Narrow<T, float>(hiddenStates, input);
        MoeBlock block = loaded.Block;
        progress(0, "weights");
        MoeWeights<T> weights = block.LoadWeights<T>(allowConversion: true);
        using CudaContext? context = loaded.Backend == MoeBackend.Cuda ? CudaContext.Create() : null;
        using DeviceMoeWeights<T>? deviceWeights = context is null ? null : DeviceMoeWeights<T>.Upload(context, weights);
        using TLayer layer = context is null ? LayerKind<TLayer, T>.Create(new ManagedBackend(), weights) : LayerKind<TLayer, T>.Create(context, deviceWeights!, null);
        double loadSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        float[] logits = RouterLogits.Compute<T, float>(input, block.RouterWeight.Span, block.Shape.HiddenSize);
        var ids = new int[logits.Length / block.Shape.NumExperts * block.TopK];
        var scales = new float[ids.Length];
        ManagedRouter.SelectExperts(logits, block.Shape.NumExperts, block.TopK, block.Routing, ids, scales);
        var output = new T[input.Length];
        layer.ForwardFromLogits(input, logits, block.TopK, output);
        var wide = new float[output.Length];
        ElementConversion.Widen<T, float>(output, wide);
        return new BlockResult(wide, ids, layer.BackendDescription, loadSeconds, rounding =>
            ManagedMoe.ForwardDouble<T>(weights, block.Activation, input, ids, scales, block.TopK, new ManagedOptions { Rounding = rounding }, TLayer.Descriptor.Swiglu));
    }
}
