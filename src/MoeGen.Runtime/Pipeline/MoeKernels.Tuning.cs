namespace MoeGen;

/// <content>Measuring which variant is fastest.</content>
public sealed partial class MoeKernels<TSelf, T>
{
    /// <summary>Throws where nothing can be measured now, before anything is done.</summary>
    internal void RequireTunable()
    {
        if (TSelf.Descriptor.Gemm != Gemm.TensorCore)
        {
            throw new InvalidOperationException($"{TSelf.Descriptor.Name} is generated with Gemm = {TSelf.Descriptor.Gemm}; only generated GEMMs have variants to choose from.");
        }

        if (Pipeline.Selector.Candidates.Count < 2)
        {
            throw new InvalidOperationException(
                $"{TSelf.Descriptor.Name} runs {Pipeline.Selector.NameOf(Pipeline.Selector.Candidates[0])} for every call, by the option Variant, so there is nothing to choose.");
        }

        if (CallGate.IsInside || Context.Captures.IsCapturing)
        {
            throw new InvalidOperationException("A graph is being captured on this device, or a call is in progress on this thread; tune before or after that.");
        }
    }

    /// <summary>Measures on the device; <paramref name="timer"/> stands in for it in tests.</summary>
    internal TuningEntry Tune(CudaWeights<T> weights, int topK, IReadOnlyList<int> grid, IVariantTimer? timer, CancellationToken cancellationToken)
    {
        RequireTunable();
        Prepare(cancellationToken);
        using DeviceVariantTimer<TSelf, T>? own = timer is null ? new DeviceVariantTimer<TSelf, T>(this, weights, topK) : null;
        IReadOnlyList<TuningPoint> points = VariantTuner.Measure(Pipeline.Selector, weights.Shape, topK, grid, timer ?? own!, cancellationToken);
        return new TuningEntry
        {
            Layer = TSelf.Descriptor.Name,
            Device = Context.Name,
            ComputeCapability = Context.ComputeCapability.ToString(),
            MultiprocessorCount = Context.MultiprocessorCount,
            TextHash = TunedChoices.Hash(TSelf.CudaSource),
            NumExperts = weights.Shape.NumExperts,
            TopK = topK,
            HiddenSize = weights.Shape.HiddenSize,
            IntermediateSize = weights.Shape.IntermediateSize,
            Points = points,
        };
    }
}
