using System.Diagnostics;
using MoeGen.Checkpoints;
using MoeGen.Cli.Layers;

namespace MoeGen.Cli.Blocks;

/// <summary>Runs a block on an input: hidden states in, block output out.</summary>
internal sealed class BlockRunner(LoadedBlock loaded, float[] hiddenStates, Action<double, string> progress) : ILayerVisitor<BlockResult>
{
    private readonly MoeBlock _block = loaded.Block;

    public BlockResult Visit<TLayer, T>()
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        long start = Stopwatch.GetTimestamp();
        var input = new T[hiddenStates.Length];
        ElementConversion.Narrow<T, float>(hiddenStates, input);
        using var constants = new BlockConstants(_block);
        var hostWeights = new Lazy<MoeWeights<T>>(() => constants.With(_block.LoadWeights<T>(allowConversion: true, new LoadDisplay(progress))));
        using CudaContext? context = loaded.Backend == MoeBackend.Cuda ? CudaContext.Create() : null;
        using DeviceMoeWeights<T>? uploaded = context is null ? null : _block.Upload<T>(context, allowConversion: true, new LoadDisplay(progress));
        using TLayer layer = context is null
            ? LayerKind<TLayer, T>.Create(new ManagedBackend(), hostWeights.Value)
            : LayerKind<TLayer, T>.Create(context, constants.With(uploaded!), null);
        double loadSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        progress(1, "running");
        var output = new T[input.Length];
        layer.ForwardBlock(input, _block.Router, output);
        var wide = new float[output.Length];
        ElementConversion.Widen<T, float>(output, wide);
        return new BlockResult(wide, Choose(input), layer.BackendDescription, loadSeconds, rounding => ManagedMoe.ForwardBlockDouble<T>(
            hostWeights.Value, _block.Activation, input, _block.Router, new ManagedOptions { Rounding = rounding }));
    }

    // The routed experts of each token, without the shared ones behind them.
    private int[] Choose<T>(T[] input)
        where T : unmanaged
    {
        MoeRouter router = _block.Router;
        var ids = new int[input.Length / router.HiddenSize * router.SlotsPerToken];
        ManagedRouter.Route<T>(input, router, ids, new float[ids.Length]);
        return [.. ids.Where((_, slot) => slot % router.SlotsPerToken < router.TopK)];
    }
}
