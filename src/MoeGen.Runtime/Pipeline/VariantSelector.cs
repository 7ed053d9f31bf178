namespace MoeGen;

/// <summary>
/// Picks the GEMM variant of a call from its sizes and the device's properties: deterministic, without measuring. Index
/// <see cref="DecodeIndex"/> stands for the decode kernels.
/// </summary>
internal sealed class VariantSelector
{
    // Beyond, several rows share each weight, and tiles multiply faster than the decode kernels.
    private const double MaxDecodeRows = 2.5;

    private readonly MoeDescriptor _descriptor;
    private readonly VariantCosts _costs;
    private readonly int[] _fitting;
    private readonly int? _forced;

    /// <param name="descriptor">The class's variants.</param>
    /// <param name="context">The device.</param>
    /// <param name="forced">Name of the one variant to take; null: by cost.</param>
    /// <exception cref="ArgumentException">There is no variant of that name, or it exceeds the device.</exception>
    public VariantSelector(MoeDescriptor descriptor, CudaContext context, string? forced)
    {
        GpuArchitecture architecture = GpuArchitecture.For(context.ComputeCapability, context.SharedMemoryPerBlockOptin);
        _descriptor = descriptor;
        _costs = new VariantCosts(context);
        _fitting = [.. Enumerable.Range(0, descriptor.Variants.Count).Where(index => architecture.Fits(descriptor.Variants[index]))];
        if (forced is not null)
        {
            _forced = Find(forced, context);
        }
    }

    /// <summary>The index that stands for the decode kernels: the one after the last variant.</summary>
    public int DecodeIndex => _descriptor.Variants.Count;

    /// <summary>The variant at an index.</summary>
    public GemmVariant At(int index) => index == DecodeIndex ? GemmVariant.Decode : _descriptor.Variants[index];

    /// <summary>The index of a call's variant.</summary>
    /// <exception cref="InvalidOperationException">The options name the decode kernels, and the call has too many slots for them.</exception>
    public int Select(MoeShape shape, int numTokens, int topK)
    {
        long slots = (long)numTokens * topK;
        if (_forced is { } forced)
        {
            return forced != DecodeIndex || slots <= GemmVariant.MaxDecodeSlots
                ? forced
                : throw new InvalidOperationException(
                    $"The options name variant decode; T * K = {slots} is beyond its {GemmVariant.MaxDecodeSlots} slots.");
        }

        double active = VariantCosts.ActiveExperts(shape.NumExperts, slots);
        if (_descriptor.Decodes && slots <= GemmVariant.MaxDecodeSlots && slots <= MaxDecodeRows * active)
        {
            return DecodeIndex;
        }

        int best = _fitting[0];
        double least = double.PositiveInfinity;
        foreach (int index in _fitting)
        {
            double cost = _costs.Microseconds(_descriptor.Variants[index], shape, _descriptor.IsGated, slots, active);
            if (cost < least)
            {
                (best, least) = (index, cost);
            }
        }

        return best;
    }

    private int Find(string variant, CudaContext context)
    {
        int[] allowed = _descriptor.Decodes ? [.. _fitting, DecodeIndex] : _fitting;
        foreach (int index in allowed)
        {
            if (At(index).Name == variant)
            {
                return index;
            }
        }

        throw new ArgumentException(
            $"{_descriptor.Name} has no variant '{variant}' on {context}; allowed are {string.Join(", ", allowed.Select(index => At(index).Name))}.",
            nameof(variant));
    }
}
