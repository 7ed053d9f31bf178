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
        bool asCodes = TLayer.Descriptor.Weights != WeightFormat.SameAsDtype;
        if (loaded.Backend == MoeBackend.Managed && _block.QuantizesActivations && !asCodes)
        {
            return RunWithoutClass<T>();
        }

        long start = Stopwatch.GetTimestamp();
        T[] input = Narrow<T>(hiddenStates);
        using CudaContext? context = loaded.Backend == MoeBackend.Cuda ? loaded.Gpu.Open() : null;
        using var weights = new BlockWeights<T>(_block, asCodes, new LoadDisplay(progress));
        DeviceExpertWeights<T>? uploaded = context is null ? null : weights.Upload(context);
        if (context is not null && uploaded is null)
        {
            return loaded.Expanding.Accept(this);
        }

        using TLayer layer = context is null
            ? LayerKind<TLayer, T>.Create(new ManagedBackend(), weights.Host)
            : LayerKind<TLayer, T>.Create(context, uploaded!, loaded.Gpu.Options);
        double loadSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        progress(1, "running");
        (T[] output, int[] ids) = context is null ? Managed<TLayer, T>(layer, input) : DeviceBlockCall.Run<TLayer, T>(layer, context, _block.Router, input);
        string form = QuantizedBound.SchemeOf(_block) is not { } scheme ? "" : asCodes ? $", {scheme} codes" : $", {scheme} expanded to {loaded.Dtype}";
        return new BlockResult(Widen(output), Routed(ids), layer.BackendDescription + form, loadSeconds, rounding => ManagedMoe.ForwardBlockDouble<T>(
            weights.Host, _block.Activation, input, _block.Router, new ManagedOptions { Rounding = rounding }, quantizeActivations: TLayer.Descriptor.QuantizesActivations));
    }

    // Activations are quantised as config.json says, where no class of this tool does so: the managed backend does it for any weights.
    private BlockResult RunWithoutClass<T>()
        where T : unmanaged
    {
        long start = Stopwatch.GetTimestamp();
        T[] input = Narrow<T>(hiddenStates);
        QuantizedMoeWeights<T> weights = _block.LoadQuantizedWeights<T>(new LoadDisplay(progress));
        double loadSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        progress(1, "running");
        var output = new T[input.Length];
        ManagedMoe.ForwardBlock<T>(weights, _block.Activation, input, _block.Router, output, swiglu: _block.Swiglu, quantizeActivations: true);
        return new BlockResult(Widen(output), Routed(RouteManaged(input)), $"{new ManagedBackend()}, w8a8 codes", loadSeconds, rounding => ManagedMoe.ForwardBlockDouble<T>(
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

    private static T[] Narrow<T>(float[] values)
        where T : unmanaged
    {
        var narrow = new T[values.Length];
        ElementConversion.Narrow<T, float>(values, narrow);
        return narrow;
    }

    private static float[] Widen<T>(T[] values)
        where T : unmanaged
    {
        var wide = new float[values.Length];
        ElementConversion.Widen<T, float>(values, wide);
        return wide;
    }
}
