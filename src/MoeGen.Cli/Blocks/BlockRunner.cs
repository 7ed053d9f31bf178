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
        if (loaded.Backend == MoeBackend.Managed && _block.QuantizesActivations)
        {
            return RunQuantized<T>();
        }

        long start = Stopwatch.GetTimestamp();
        var input = new T[hiddenStates.Length];
        ElementConversion.Narrow<T, float>(hiddenStates, input);
        using var constants = new BlockConstants(_block);
        var hostWeights = new Lazy<MoeWeights<T>>(() => constants.With(_block.LoadWeights<T>(allowConversion: true, new LoadDisplay(progress))));
        using CudaContext? context = loaded.Backend == MoeBackend.Cuda ? loaded.Gpu.Open() : null;
        using DeviceMoeWeights<T>? uploaded = context is null ? null : _block.Upload<T>(context, allowConversion: true, new LoadDisplay(progress));
        using TLayer layer = context is null
            ? LayerKind<TLayer, T>.Create(new ManagedBackend(), hostWeights.Value)
            : LayerKind<TLayer, T>.Create(context, constants.With(uploaded!), loaded.Gpu.Options);
        double loadSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        progress(1, "running");
        (T[] output, int[] ids) = context is null ? Managed<TLayer, T>(layer, input) : DeviceBlockCall.Run<TLayer, T>(layer, context, _block.Router, input);
        var wide = new float[output.Length];
        ElementConversion.Widen<T, float>(output, wide);
        return new BlockResult(wide, Routed(ids), layer.BackendDescription, loadSeconds, rounding => ManagedMoe.ForwardBlockDouble<T>(
            hostWeights.Value, _block.Activation, input, _block.Router, new ManagedOptions { Rounding = rounding }));
    }

    // Activations are quantised as config.json says: the classes of this tool are not, and the managed backend does it for any weights.
    private BlockResult RunQuantized<T>()
        where T : unmanaged
    {
        long start = Stopwatch.GetTimestamp();
        var input = new T[hiddenStates.Length];
        ElementConversion.Narrow<T, float>(hiddenStates, input);
        QuantizedMoeWeights<T> weights = _block.LoadQuantizedWeights<T>(new LoadDisplay(progress));
        double loadSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        progress(1, "running");
        var output = new T[input.Length];
        ManagedMoe.ForwardBlock<T>(weights, _block.Activation, input, _block.Router, output, swiglu: _block.Swiglu, quantizeActivations: true);
        var wide = new float[output.Length];
        ElementConversion.Widen<T, float>(output, wide);
        return new BlockResult(wide, Routed(RouteManaged(input)), $"{new ManagedBackend()}, 8-bit activations", loadSeconds, rounding => ManagedMoe.ForwardBlockDouble<T>(
            weights, _block.Activation, input, _block.Router, new ManagedOptions { Rounding = rounding }, _block.Swiglu, quantizeActivations: true));
    }

    // Without the shared experts, which stand behind the routed ones of each token.
    private int[] Routed(int[] ids) => [.. ids.Where((_, slot) => slot % _block.Router.SlotsPerToken < _block.TopK)];

    private (T[] Output, int[] Ids) Managed<TLayer, T>(TLayer layer, T[] input)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        var output = new T[input.Length];
        layer.ForwardBlock(input, _block.Router, output);
        return (output, RouteManaged(input));
    }

    private int[] RouteManaged<T>(T[] input)
        where T : unmanaged
    {
        var ids = new int[input.Length / _block.Router.HiddenSize * _block.Router.SlotsPerToken];
        ManagedRouter.Route<T>(input, _block.Router, ids, new float[ids.Length]);
        return ids;
    }
}
